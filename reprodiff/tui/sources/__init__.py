"""What the evidence pane draws: any number of lines, each made when it is on the screen.

A source knows nothing of Textual; it is given the room and returns the line.
"""
