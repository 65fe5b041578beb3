"""Numbers to try before a long training: batch size and learning rate. Told, never applied."""
