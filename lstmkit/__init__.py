"""LSTMs you can run, read and trust: prices, emoji and jazz from the command line."""

import os

__version__ = "0.1.0"

# Read by Keras and TensorFlow when they are imported, which only training does.
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
