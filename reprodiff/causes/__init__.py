"""ATTRIBUTE: differences become findings.

One family of causes per file; each cause carries its documentation.
"""
