"""HTTP: validation, futures and sessions. Never touches tensors."""
