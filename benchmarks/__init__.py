"""Measurements behind the figures in the docs; each runs as ``python -m benchmarks.NAME``."""
