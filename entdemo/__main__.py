"""``python -m entdemo``."""

from entdemo.cli.main import main

if __name__ == "__main__":
    main()
