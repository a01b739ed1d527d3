"""Getting things out of the app: the clipboard, and files."""
