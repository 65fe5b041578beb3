"""The whole journey on the embedded default: from a network to a trained model without one."""
