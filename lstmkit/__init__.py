"""LSTMs you can run, read and trust: prices, emoji and jazz from the command line."""

__version__ = "0.1.0"
