"""What is right and what people write instead, for every exercise."""
