"""Video clips: which structures are seen, one after the other."""
