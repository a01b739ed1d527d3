"""SHOW: the app.  Only ``app.run_app`` is for others; it loads Textual when it is called."""
