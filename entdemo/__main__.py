"""``python -m entdemo``."""

from entdemo.cli import main

if __name__ == "__main__":
    main()
