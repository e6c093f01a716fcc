"""Tensors: the decoder, training, sampling and checkpoints."""
