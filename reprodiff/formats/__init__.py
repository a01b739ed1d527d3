"""COMPARE: two members become differences.  Facts only; reasons are given in causes/."""
