"""The command line.  Importing it loads neither the engine nor anything that draws."""
