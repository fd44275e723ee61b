"""A file of 100,000 people, checked and imported, beside files of a tenth of it: cost of a line.

The large file stands between two small ones, each into an organization of its own, so that drift of
the machine shows. Every line has a department, a region, and all but one a manager in the file.
"""

import csv
import io
import resource
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.load.options import options
from tests.load.report import Line, line_of, say
from tests.load.stage import analyze

SECTION = "people_import"
SMALL_IS = 10
MOST_MORE_A_LINE = 1.5
HEADINGS = ("Member ID", "Email", "Name", "Title", "Department", "Region", "Manager")


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds of each step, and what the process held at its most until then."""

    check_new: float
    import_new: float
    check_again: float
    import_tenth: float
    peak_mb: float


def measure(_directory: Path) -> list[Line]:
    """Import a small, the large and a small file."""
    lines = options.lines
    before = _took("before", lines // SMALL_IS)
    large = _took("large", lines)
    after = _took("after", lines // SMALL_IS)
    found = []
    for name, what in (
        ("check_new", "check of a file of new people"),
        ("import_new", "import of new people, their history and events"),
        ("check_again", "check of the file again, every tenth changed"),
        ("import_tenth", "import that changes every tenth"),
    ):
        whole = float(getattr(large, name))
        small = [float(getattr(each, name)) for each in (before, after)]
        found.append(
            line_of(
                SECTION,
                what,
                f"{lines:,} lines: {whole:.1f} s",
                f"{lines // SMALL_IS:,} lines: {sum(small) / 2:.1f} s; ratio of a line",
                rounds=[whole / SMALL_IS / each for each in small],
                at_most=MOST_MORE_A_LINE,
            )
        )
    found.append(
        line_of(
            SECTION,
            "memory of the process that imports, at its most",
            f"{large.peak_mb:.0f} MB",
            f"{lines // SMALL_IS:,} lines: {before.peak_mb:.0f} MB",
            rounds=[large.peak_mb / before.peak_mb],
        )
    )
    return found


def _took(name: str, lines: int) -> Took:
    """Import into a new organization, then the same file with every tenth title changed."""
    from tests.support.people import make_organization

    organization_id = make_organization(f"import-{name}").pk
    check_new, import_new = _steps(organization_id, _file(lines, "Engineer"))
    analyze()
    check_again, import_tenth = _steps(organization_id, _file(lines, "Lead"))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    say(f"  {lines:,} lines: {check_new:.1f}, {import_new:.1f}, {check_again:.1f} s, {peak:.0f} MB")
    return Took(check_new, import_new, check_again, import_tenth, peak)


def _steps(organization_id: int, content: bytes) -> tuple[float, float]:
    """Return the seconds of the check and of the import."""
    from accounts.services.history import SYSTEM
    from provisioning.services.people_import import check_file, import_people, send_file

    now = datetime.now(UTC)
    sent = send_file(
        organization_id=organization_id,
        filename="people.csv",
        content=content,
        actor=SYSTEM,
        now=now,
    )
    began = time.monotonic()
    check_file(organization_id=organization_id, import_id=sent.pk, mapping=sent.mapping, now=now)
    checked = time.monotonic()
    done = import_people(organization_id=organization_id, import_id=sent.pk, actor=SYSTEM, now=now)
    if done.state != done.State.DONE or done.findings["refused"]:
        raise SystemExit(f"The file was not imported: {done.findings}")
    return checked - began, time.monotonic() - checked


def _file(lines: int, title_of_tenth: str) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADINGS)
    for n in range(lines):
        title = title_of_tenth if n % 10 == 0 else "Engineer"
        writer.writerow(
            [
                *(f"i-{n:06}", f"person{n}@people.example", f"Person Number {n}", title),
                *(f"Department {n % 40}", f"Region {n % 6}", f"i-{n // 10:06}" if n else ""),
            ]
        )
    return out.getvalue().encode()
