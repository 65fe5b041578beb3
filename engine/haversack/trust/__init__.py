"""Keys, keyring, envelopes and the ratchet: nothing is trusted by default."""
