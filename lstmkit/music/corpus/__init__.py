"""The music learned from: grammar, vocabulary, measures of it, and what is quoted from it."""
