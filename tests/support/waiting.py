"""Waiting for what another process does."""

import time
from collections.abc import Callable


def wait_until(done: Callable[[], object], what: str, *, seconds: float = 30.0) -> None:
    """Return as soon as `done` says so; fail with `what` was waited for."""
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, f"Waited {seconds:.0f} seconds for {what}."
        time.sleep(0.02)
