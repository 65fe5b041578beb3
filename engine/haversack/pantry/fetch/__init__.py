"""Fetching: the only room that opens connections or starts clients that do (pip, npm, apt-get)."""
