"""A solo, from the first value drawn to the sound of the band."""
