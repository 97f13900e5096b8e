"""Self-training of a language model that writes symbolic programs."""

__version__ = "0.1.0"
