"""What every room needs and nothing else: errors, files, digests, canonical JSON, progress."""
