"""The local store: content-addressed assets, recipes, volumes and runs."""
