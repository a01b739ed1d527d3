"""OPEN: bytes on disk become artifacts with members."""
