"""What a run found: lines with a ratio and a floor, as a table for people and a file for machines.

A run of some sections replaces their lines alone and keeps the others', so that a page can be made
in pieces; every line carries the day it was measured.
"""

import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "benchmarks.md"
RESULTS = ROOT / "docs" / "benchmarks.json"


@dataclass(frozen=True, slots=True)
class Line:
    """One measured ratio of `section`. `at_least` or `at_most` is its floor or ceiling, if any.

    `rounds` are the ratios of the single rounds; the ratio is their median. `minutes` is how long
    it was looked at, where a longer look says more.
    """

    section: str
    what: str
    measured: str
    compared: str
    ratio: float | None = None
    at_least: float | None = None
    at_most: float | None = None
    rounds: tuple[float, ...] = ()
    measured_on: str = ""
    minutes: float | None = None

    @property
    def is_met(self) -> bool | None:
        """Whether the ratio is where it has to be; None without a floor or ceiling."""
        if self.ratio is None or (self.at_least is None and self.at_most is None):
            return None
        return (self.at_least is None or self.ratio >= self.at_least) and (
            self.at_most is None or self.ratio <= self.at_most
        )

    def cells(self) -> list[str]:
        """Return the line as cells of a table."""
        verdict = {None: "", True: "met", False: "**not met**"}[self.is_met]
        spread = f" ({min(self.rounds):.2f}-{max(self.rounds):.2f})" if self.rounds else ""
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}{spread}"
        floor = f"at least {self.at_least:g}" if self.at_least is not None else ""
        if self.at_most is not None:
            floor = f"at most {self.at_most:g}"
        return [self.what, self.measured, self.compared, ratio, floor, verdict]


class Noise:
    """What else the machine did during a run: a measurement is worth little without it.

    `steal` of a virtual machine is time in which its host ran somebody else.
    """

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._load = os.getloadavg()[0]
        self._used = [0.0, 0.0]

    def minutes(self) -> float:
        """Return how long the run has taken."""
        return (time.monotonic() - self._began) / 60

    @contextmanager
    def during(self) -> Iterator[None]:
        """Note how much of the processors others took: children that have not ended count too."""
        before = _processor_seconds()
        yield
        after = _processor_seconds()
        self._used = [self._used[n] + after[n] - before[n] for n in range(2)]

    def told(self, lines: Sequence[Line]) -> str:
        """Return the noise in a sentence."""
        spreads = [max(line.rounds) / min(line.rounds) for line in lines if line.rounds]
        spread = f", highest round to lowest {statistics.median(spreads):.2f}" if spreads else ""
        busy, stolen = self._used
        total = self.minutes() * 60 * (os.cpu_count() or 1)
        return (
            f"load {self._load:.1f} before and {os.getloadavg()[0]:.1f} after, processors busy "
            f"{busy / total:.0%} and stolen {stolen / total:.0%} of the time{spread}"
        )


def _processor_seconds() -> tuple[float, float]:
    """Return the seconds that the machine's processors were busy, and stolen by its host."""
    first = Path("/proc/stat").read_text().partition("\n")[0].split()[1:]
    ticks = [int(each) / os.sysconf("SC_CLK_TCK") for each in first]
    idle, waiting, stolen = ticks[3], ticks[4], ticks[7]
    return sum(ticks[:8]) - idle - waiting - stolen, stolen


def say(text: str) -> None:
    """Show a line as soon as it is known."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def line_of(
    section: str,
    what: str,
    measured: str,
    compared: str,
    *,
    rounds: Sequence[float] = (),
    at_least: float | None = None,
    at_most: float | None = None,
    minutes: float | None = None,
) -> Line:
    """Return a line of today whose ratio is the median of `rounds`."""
    return Line(
        section,
        what,
        measured,
        compared,
        ratio=statistics.median(rounds) if rounds else None,
        at_least=at_least,
        at_most=at_most,
        rounds=tuple(round(each, 4) for each in rounds) if len(rounds) > 1 else (),
        measured_on=datetime.now(UTC).date().isoformat(),
        minutes=minutes,
    )


def write_report(lines: Sequence[Line], *, order: Sequence[str], noise: str, notes: str) -> None:
    """Write the result file and the page: `lines`, and what earlier runs found elsewhere."""
    everything = merged(_earlier(), lines, order=order)
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    RESULTS.write_text(
        json.dumps(
            {"machine": machine, "noise": noise, "lines": [asdict(line) for line in everything]},
            indent=1,
        )
        + "\n"
    )
    head = ["what", "measured", "compared with", "ratio", "wanted", ""]
    rows = [head, ["---"] * len(head), *(line.cells() for line in everything)]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    days = " and ".join(sorted({line.measured_on for line in everything}))
    PAGE.write_text(
        "# Benchmarks\n\n"
        "`make bench` writes this page and `docs/benchmarks.json`; `make bench only=entitlement` "
        "measures one section anew. Client, server and PostgreSQL share one machine "
        f"({machine}), so absolute numbers say little; subject and baseline alternate, and a ratio "
        "is the median of the rounds, with the lowest and highest behind it. Measured on "
        f"{days}; {noise}.\n\n{table}\n\n{notes}"
    )


def merged(earlier: Sequence[Line], lines: Sequence[Line], *, order: Sequence[str]) -> list[Line]:
    """Return `lines` and those `earlier` ones that they do not replace, section by section.

    A section that was looked at for longer than now stays as it was.
    """
    longest = {line.section: line.minutes or 0 for line in earlier}
    shorter = {line.section for line in lines if (line.minutes or 0) < longest.get(line.section, 0)}
    new = [line for line in lines if line.section not in shorter]
    measured = {line.section for line in new}
    kept = [line for line in earlier if line.section not in measured and line.section in order]
    return sorted([*kept, *new], key=lambda line: order.index(line.section))


def _earlier() -> list[Line]:
    if not RESULTS.exists():
        return []
    found = json.loads(RESULTS.read_text())["lines"]
    return [Line(**{**line, "rounds": tuple(line["rounds"])}) for line in found]
