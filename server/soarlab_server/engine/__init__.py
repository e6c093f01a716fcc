"""The queue of commands and the workers that run them on a backend."""
