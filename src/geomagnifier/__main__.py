"""`python -m geomagnifier` is the command `geomag`."""

from geomagnifier.interfaces.cli import main

if __name__ == "__main__":
    main()
