"""Experiments on the method; not part of the installed package."""
