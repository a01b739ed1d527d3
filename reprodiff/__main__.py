"""``python -m reprodiff``."""

# A process that the app starts loads this file too, and has no use for the command line.
if __name__ == "__main__":
    from reprodiff.cli.main import run

    run()
