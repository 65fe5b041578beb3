"""Dataset readers, generators and checks."""
