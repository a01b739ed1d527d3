"""Reports: a finished comparison as text, Markdown or JSON.

Each report is a pure function from a :class:`~reprodiff.model.Report` to a string, and the same
report gives the same string.
"""
