"""Datasets that Haversack makes itself."""
