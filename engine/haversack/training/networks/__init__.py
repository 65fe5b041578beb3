"""Networks in torch. Pictures enter as 0..1 RGB; normalisation is the first layer."""
