"""`python -m mlspec`."""

from mlspec.cli.main import main

if __name__ == "__main__":
    main()
