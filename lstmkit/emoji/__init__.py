"""Emoji pipeline."""
