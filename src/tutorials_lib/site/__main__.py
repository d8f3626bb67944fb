"""`python -m tutorials_lib.site` is the command `tutorials`."""

from tutorials_lib.site.cli import main

if __name__ == "__main__":
    main()
