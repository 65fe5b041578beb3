"""The use-cases. They start the worker; they never import training."""
