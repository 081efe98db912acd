"""From a text to more of its kind: a character model on the NumPy cells."""
