"""What each task means to the trainer: loss, metrics, predictions."""
