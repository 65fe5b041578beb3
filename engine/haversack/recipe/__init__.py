"""Recipes: trees of ingredients. Schema, registry, tree, fill, upgrade and text form."""
