"""What fills the terminal: the main screen, and the pages above it."""
