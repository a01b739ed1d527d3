"""Compressed streams: gzip with all its fields, and the others undone within limits."""
