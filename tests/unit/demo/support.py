"""Looking at processes from outside."""

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 30.0


def wait_for(condition: Callable[[], bool], what: str) -> None:
    """Waits until the condition holds; fails the test when it never does."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    """Whether the process runs; one that has ended but was not yet waited for does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def run_python(script: str, *arguments: str, prefix: Sequence[str] = ()) -> "subprocess.Popen[str]":
    """Starts a Python process with the project importable, its output readable line by line."""
    return subprocess.Popen(
        [*prefix, sys.executable, "-u", "-B", "-c", script, *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
