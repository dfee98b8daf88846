"""Teaching cases and how to find similar ones.

Start at ``store`` (open, search), ``build`` (build, add, remove) and ``folder`` (a teacher's
pictures); files lie as ``manifest`` and ``cases`` describe.
"""
