"""Weights that learn from a user's own frames."""
