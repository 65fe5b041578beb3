"""From datasets to batches of tensors."""
