"""`python -m app`: the command line, where the console script is not installed."""

from app.cli import main

main()
