"""Training with Lightning: the module, what happens around steps and epochs, the trainer."""
