"""Chord charts to play over: as a user writes them, as iReal Pro shares them, of a file."""
