"""The vendor's import path: haversack.helpers.offline."""
