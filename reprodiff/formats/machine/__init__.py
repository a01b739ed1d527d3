"""What compiled files of every format share: the address map, its proof, code and debug data."""
