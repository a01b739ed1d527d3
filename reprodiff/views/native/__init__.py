"""Compiled files for people: sections, symbols, functions, and the code of both sides.

What takes a file apart runs in a child process (``parts``, ``code``); what asks for it, and makes
rows and lines of the answer, runs in the program.
"""
