"""Serve the app: ``python app.py`` in a checkout, and the entry point of a Space."""

from entdemo.ui.serve import main

if __name__ == "__main__":
    raise SystemExit(main())
