"""Procedurally drawn endoscopy frames with captions: no patient data."""

from entdemo.phantom.frame import Phantom, draw

__all__ = ["Phantom", "draw"]
