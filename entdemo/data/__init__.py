"""Data sets: folders and ENTRep."""
