"""How networks learn: one loop for Keras and NumPy, when it stops, what makes it fast."""
