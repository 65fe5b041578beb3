"""Kept sets written back into the formats that other tools read."""
