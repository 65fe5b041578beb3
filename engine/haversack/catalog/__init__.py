"""The shipped ingredients: schemas and asset lists, no torch."""
