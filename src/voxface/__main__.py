"""``python -m voxface`` is the command line."""

from voxface.cli import main

if __name__ == "__main__":
    main()
