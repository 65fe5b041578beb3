"""What the pages ask of the services: one file per page, run in threads, importing lazily."""
