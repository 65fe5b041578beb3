"""Builders: tables from the class of an ingredient to the function that makes the real thing."""
