"""The commands of ``entdemo``, or ``python -m entdemo``, one file a group."""
