"""The long crash test: `make crash ROUNDS=25`."""

import sys
import tempfile
from pathlib import Path

from tests.crash.run import crash
from tests.load.report import say


def main() -> int:
    """Kill for as many rounds as asked; fail when anything is counted otherwise than by hand."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 25
    with tempfile.TemporaryDirectory(prefix="headroom-crash-") as name:
        counts = crash(Path(name), rounds=rounds, say=say)
    for what, count in vars(counts).items():
        say(f"{what.replace('_', ' ')}: {count}")
    return int(not counts.is_exact)


if __name__ == "__main__":
    sys.exit(main())
