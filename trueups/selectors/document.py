"""A true-up as its pages show it: lines with arithmetic and evidence, people, days, history.

Runs inside the organization's tenancy context or the staff's scope; a bounded number of queries.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count, Q

from accounts.models import HistoryEntry
from accounts.selectors.history import HistoryLine, history_line
from accounts.templatetags.headroom import shortdate
from trueups.domain import states
from trueups.models import HighWaterDay, LineComment, PersonEvidence, TrueUp, TrueUpLine
from trueups.selectors import words
from trueups.selectors.evidence import shows_evidence

_HISTORY_SHOWN = 60
_PEOPLE_NAMED = 200
_Decision = PersonEvidence.Decision

BADGES = {
    states.State.SCHEDULED: "none",
    states.State.NOTICED: "accent",
    states.State.IN_REVIEW: "warn",
    states.State.RETURNED: "warn",
    states.State.WITH_FINANCE: "accent",
    states.State.SIGNED: "accent",
    states.State.SETTLING: "accent",
    states.State.SETTLED: "good",
    states.State.STOPPED: "bad",
    states.State.VOID: "none",
}
"""The shape beside the word of a state."""


def badge_of(state: str) -> str:
    """Return the kind of badge a state has."""
    return BADGES[states.State(state)]


@dataclass(frozen=True, slots=True)
class LineView:
    """A line as people read it."""

    line: TrueUpLine
    title: str
    effect: str
    steps: list[words.Step]
    evidence: list[str]
    people: list[PersonEvidence]
    comments: list[LineComment]

    @property
    def open_dispute(self) -> LineComment | None:
        return next((c for c in self.comments if c.state == LineComment.State.OPEN), None)


def line_views(true_up: TrueUp, *, is_vendor: bool = False) -> list[LineView]:
    """Return the lines of a true-up, overage first, with everything they open to.

    Nobody is named to a reader who sees sums of usage alone.
    """
    lines = list(true_up.lines.prefetch_related("comments"))
    removed: list[PersonEvidence] = []
    has_removal = any(line.kind == TrueUpLine.Kind.REMOVAL for line in lines)
    if has_removal and shows_evidence(true_up, is_vendor=is_vendor):
        removed = list(true_up.people.filter(decision=_Decision.REMOVE)[:_PEOPLE_NAMED])
    views = []
    for line in lines:
        line.true_up = true_up
        is_removal = line.kind == TrueUpLine.Kind.REMOVAL
        views.append(
            LineView(
                line=line,
                title=words.line_title(line),
                effect=words.effect_words(line)
                if line.takes_effect != TrueUpLine.Effect.NOW
                else "",
                steps=words.arithmetic_steps(line),
                evidence=words.evidence_words(true_up, line),
                people=removed if is_removal else [],
                comments=list(line.comments.all()),
            )
        )
    return views


@dataclass(frozen=True, slots=True)
class PeopleCounts:
    """How many of those that may be removed are decided on, and how."""

    undecided: int
    keep: int
    remove: int
    everybody: int

    @property
    def offered(self) -> int:
        return self.undecided + self.keep + self.remove


def people_counts(true_up: TrueUp) -> PeopleCounts:
    """Return the counts of a true-up's evidence."""
    offered = Q(is_offered=True)
    found = true_up.people.aggregate(
        undecided=Count("pk", filter=offered & Q(decision=_Decision.UNDECIDED)),
        keep=Count("pk", filter=offered & Q(decision=_Decision.KEEP)),
        remove=Count("pk", filter=offered & Q(decision=_Decision.REMOVE)),
        everybody=Count("pk"),
    )
    return PeopleCounts(**found)


@dataclass(frozen=True, slots=True)
class Day:
    """A row of the chart, in the form of components/chart.html."""

    label: str
    short: str
    values: list[int | None] = field(default_factory=list)


def chart_days(organization_id: int, quarter: tuple[datetime, datetime], zone: str) -> list[Day]:
    """Return assigned, purchased and overage for each day of a quarter that is known."""
    own = ZoneInfo(zone)
    first = quarter[0].astimezone(own).date()
    last = (quarter[1] - timedelta(microseconds=1)).astimezone(own).date()
    days = HighWaterDay.objects.filter(
        organization_id=organization_id, day__gte=first, day__lte=last
    ).order_by("day")
    return [
        Day(
            shortdate(day.day),
            _short(day.day),
            [day.assigned_high, day.purchased_at_end, day.overage_high],
        )
        for day in days
    ]


def _short(day: date) -> str:
    return shortdate(day).rsplit(" ", 1)[0].rstrip(",")


def history_of(true_up: TrueUp) -> list[HistoryLine]:
    """Return what happened to a true-up, the latest first."""
    entries = HistoryEntry.objects.filter(
        organization_id=true_up.organization_id,
        object_type="trueup",
        object_id=str(true_up.pk),
    ).order_by("-at", "-id")
    return [history_line(entry) for entry in entries[:_HISTORY_SHOWN]]


def open_disputes(lines: Iterable[LineView]) -> int:
    """Return how many lines wait for an answer."""
    return sum(view.open_dispute is not None for view in lines)


def quarter_days(true_up: TrueUp) -> tuple[date, date]:
    """Return the first and the last day of a quarter, in the zone that it was cut in."""
    own = ZoneInfo(true_up.time_zone)
    last = (true_up.quarter.upper - timedelta(microseconds=1)).astimezone(own).date()
    return true_up.quarter.lower.astimezone(own).date(), last
