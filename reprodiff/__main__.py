"""``python -m reprodiff``."""

import sys

from reprodiff.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
