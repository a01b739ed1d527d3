"""What native files need of the machine they run on, and what that does to where a wheel installs.

Facts are read from the files themselves, as the loader would: no other program is run, and
nothing is taken from the machine this runs on.
"""
