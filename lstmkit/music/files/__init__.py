"""From a music file to its score, its melody and its chords."""
