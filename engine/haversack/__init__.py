"""Haversack: pack recipes where there is a network, cook where there is none."""
