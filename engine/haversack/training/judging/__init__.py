"""Where a trained network is right and wrong: by class, by score, by picture."""
