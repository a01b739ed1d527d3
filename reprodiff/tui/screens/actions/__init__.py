"""The actions of the main screen, a mixin for each topic of the keys."""
