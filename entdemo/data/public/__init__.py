"""Public data sets that people download by hand, and how their layouts are read."""
