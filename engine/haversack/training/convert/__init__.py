"""Conversion of foreign weights into safetensors, once, in a worker without network."""
