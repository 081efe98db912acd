"""MIDI files: their bytes as events, events as a score, and a band as a file."""
