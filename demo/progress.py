"""What a start shows of itself: one line for each step."""

import contextlib
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

LABEL_WIDTH = 34


class Progress:
    """Writes one line for each step, with its time."""

    def __init__(self) -> None:
        self._is_line_open = False

    @contextmanager
    def step(self, label: str) -> Iterator[None]:
        """Shows the label at once and the seconds when the step is done."""
        self._write(f"  {label} ".ljust(LABEL_WIDTH, "."), is_line_open=True)
        started = time.monotonic()
        yield
        seconds = f"{time.monotonic() - started:5.1f} s"
        label_again = "" if self._is_line_open else "  done ".ljust(LABEL_WIDTH, ".")
        self._write(f"{label_again} {seconds}\n")

    def say(self, text: str) -> None:
        """Writes a line of its own."""
        self._write(f"{'\n' if self._is_line_open else ''}{text}\n")

    def detail(self, line: str) -> None:
        """Writes what a step reports while it runs."""
        if line.strip():
            self.say(f"      {line.strip()}")

    def _write(self, text: str, *, is_line_open: bool = False) -> None:
        # Whoever read our output may be gone; the demo goes on.
        with contextlib.suppress(BrokenPipeError):
            sys.stdout.write(text)
            sys.stdout.flush()
        self._is_line_open = is_line_open
