"""What the demo's processes logged as faults while a journey ran.

A journey sees a page that says sorry; why it does stands in the logs of the demo, which are gone
with the demo. A log has a line of JSON for each event, with the traceback under `exception`.
"""

import json
from collections.abc import Iterator
from pathlib import Path

_FAULTS = 3
_LINES = 60


def sizes_of(directory: Path) -> dict[Path, int]:
    """Return how long each log is now, in bytes."""
    return {log: log.stat().st_size for log in sorted(directory.glob("*.log"))}


def faults_since(directory: Path, begun: dict[Path, int]) -> dict[str, str]:
    """Return, by the log's name, the last faults that were logged after `begun` was taken."""
    found = {}
    for log in sorted(directory.glob("*.log")):
        with log.open("rb") as file:
            file.seek(begun.get(log, 0))
            faults = list(_faults(file.read().decode(errors="replace")))
        if faults:
            found[log.name] = "\n\n".join(faults[-_FAULTS:])
    return found


def _faults(text: str) -> Iterator[str]:
    """Yield each event that has a traceback or answers 500; a bare traceback goes to the end."""
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if line.startswith("Traceback (most recent call last)"):
            yield _end_of("\n".join(lines[number:]))
            return
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if not isinstance(event, dict):
            continue
        said = " ".join(str(event[key]) for key in ("request", "event") if key in event)
        if "exception" in event:
            yield f"{said}\n{_end_of(str(event['exception']))}"
        elif said.endswith('" 500'):
            yield said


def _end_of(traceback: str) -> str:
    """Return the last lines of a traceback: the first ones are the server's own."""
    lines = traceback.splitlines()
    left_out = [f"… {len(lines) - _LINES} lines"] if len(lines) > _LINES else []
    return "\n".join([*left_out, *lines[-_LINES:]])
