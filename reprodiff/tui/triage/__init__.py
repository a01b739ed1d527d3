"""What the user decides about findings, and where that is kept."""
