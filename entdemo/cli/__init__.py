"""The commands of ``python -m entdemo``, one file a group."""
