"""A score as a musician reads it: which part is the melody, which line it is, over which chords."""
