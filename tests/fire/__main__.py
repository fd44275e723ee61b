"""The deep run: `python -m tests.fire [lives]`. Prints lives, steps, rules and what was found.

New lives every time. A failure prints the steps that led to it, and a line that repeats them.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def main(arguments: list[str]) -> int:
    """Returns the exit code: 0 when every life held and every deliberate defect was found."""
    lives = arguments[0] if arguments else "300"
    command = [sys.executable, "-m", "pytest", "-q", "--show-capture=no", "--tb=short"]
    files = ["tests/fire/test_life.py", "tests/fire/sabotage.py", "tests/fire/schema.py"]
    environment = os.environ | {"FIRE_LIVES": lives}
    done = subprocess.run([*command, *files], cwd=ROOT, env=environment)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
