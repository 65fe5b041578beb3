"""What a network costs on this machine. What cannot be measured is None, with the reason."""
