"""The quote and the purchase path, beside one round trip to the sandbox."""

from pathlib import Path

from tests.load.paths import measure_paths
from tests.load.report import Line, line_of

SECTION = "buying"


def measure(_directory: Path) -> list[Line]:
    """Quote and buy against the sandbox."""
    return [
        line_of(
            SECTION,
            f"{path.what} path",
            f"{path.statements} statements, {path.calls} calls of Stripe, "
            f"{path.seconds * 1000:.0f} ms",
            f"one round trip to the sandbox: {path.round_trip * 1000:.1f} ms",
            rounds=[path.seconds / path.round_trip],
        )
        for path in measure_paths()
    ]
