"""Two folders of artifacts: which goes with which, and the verdict of each pair."""
