"""From a text to more of its kind: a character model on the NumPy cells."""

from lstmkit.lazy import attributes

__getattr__, __dir__ = attributes(__name__, {"lstmkit.letters.face": ("train", "resume", "write")})
