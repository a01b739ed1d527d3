"""What of a comparison the list shows: a filter, and what the user has decided."""
