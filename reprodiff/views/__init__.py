"""Contents and values as plain rows, the same for every face of the program."""
