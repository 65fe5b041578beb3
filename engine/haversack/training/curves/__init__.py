"""Where measured values go: events, a CSV file, TensorBoard."""
