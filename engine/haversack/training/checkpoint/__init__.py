"""Checkpoints as safetensors and JSON: never a pickle, neither written nor read."""
