"""Baking golden volumes: a plan, its units worked off one by one, their results collected."""
