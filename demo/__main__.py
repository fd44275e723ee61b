"""`python -m demo`: what `make demo` runs. Reads PORT, DEMO_DIR and FRESH from the environment."""

import sys

from demo.launcher import main
from demo.process import follow_parent

if __name__ == "__main__":
    if "--follow-parent" in sys.argv:
        follow_parent()
    sys.exit(main())
