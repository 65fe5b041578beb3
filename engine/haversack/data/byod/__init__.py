"""Bring your own data: readers of the formats that people have, and the form they are kept in."""
