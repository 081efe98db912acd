"""Pitch, chords and their names: what is true of music without a file."""
