"""The panes of the main screen; each draws its own lines."""
