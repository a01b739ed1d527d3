"""Canonical forms of wheels, sdists and other archives: one content, one sequence of bytes.

:func:`~reprodiff.normalize.archives.canonical` writes the canonical form of an opened artifact;
:mod:`reprodiff.normalize.files` brings it to disk.  What is canonical is said field by field in
docs/normalize.md.  The form does not depend on the machine, the user, the Python that runs this,
or a compression library: all bytes are made here.
"""
