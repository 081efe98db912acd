"""Stock pipeline."""
