"""How well each rule works: what became of its signals and tasks, by month, and who muted it.

Runs inside the staff context of scope `all`: a bounded number of statements for all rules together.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.replica import reading_connection
from accounts.templatetags.headroom import format_money, number, percent
from signals.domain.quality import Verdict, judge
from signals.models import DetectorKind, HoldbackChoice, RuleMute

MEASURED: Final = timedelta(days=90)
YEAR: Final = timedelta(days=365)
TREND_MONTHS: Final = 12

# One row a rule and task: a task counts for each rule whose signal is in it.
_TASKS: Final = """
WITH pairs AS (
    SELECT DISTINCT s.kind, t.id FROM signals_signal s
    JOIN signals_expansiontask t ON t.organization_id = s.organization_id AND t.id = s.task_id
)
SELECT p.kind, t.currency,
    count(*) FILTER (WHERE t.created_at > %(since)s),
    count(*) FILTER (
        WHERE t.created_at > %(since)s
        AND (t.first_action_at IS NOT NULL OR t.seats_credited > 0)),
    count(*) FILTER (WHERE t.ended_at > %(since)s),
    count(*) FILTER (WHERE t.ended_at > %(since)s AND t.state = 'false_positive'),
    coalesce(sum(t.seats_credited) FILTER (WHERE t.ended_at > %(since)s), 0),
    coalesce(sum(t.arr_credited_minor) FILTER (WHERE t.ended_at > %(since)s), 0)
FROM pairs p JOIN signals_expansiontask t ON t.id = p.id
GROUP BY p.kind, t.currency
"""
_WAITS: Final = """
WITH pairs AS (
    SELECT DISTINCT s.kind, t.id, t.first_action_at - t.created_at AS waited FROM signals_signal s
    JOIN signals_expansiontask t ON t.organization_id = s.organization_id AND t.id = s.task_id
    WHERE t.created_at > %s AND t.first_action_at IS NOT NULL
)
SELECT kind, extract(epoch FROM percentile_cont(0.5) WITHIN GROUP (ORDER BY waited)) / 3600
FROM pairs GROUP BY kind
"""
_SIGNALS: Final = """
SELECT kind, count(*) FILTER (WHERE created_at > %s), count(*)
FROM signals_signal WHERE created_at > %s GROUP BY kind
"""
_ORGANIZATION_YEARS: Final = """
SELECT coalesce(sum(extract(epoch FROM least(%s - created_at, %s))), 0) / extract(epoch FROM %s)
FROM accounts_organization WHERE created_at < %s
"""
_HELD_BACK: Final = """
SELECT e.kind, reason, count(*) FROM signals_signalevaluation e, unnest(e.holdbacks) AS reason
WHERE e.on >= %s AND e.holdbacks <> '{}' GROUP BY e.kind, reason ORDER BY count(*) DESC, reason
"""
_MONTHS: Final = """
WITH pairs AS (
    SELECT DISTINCT s.kind, t.id FROM signals_signal s
    JOIN signals_expansiontask t ON t.organization_id = s.organization_id AND t.id = s.task_id
)
SELECT date_trunc('month', t.ended_at AT TIME ZONE 'UTC')::date, count(*),
    count(*) FILTER (WHERE t.state = 'false_positive'),
    count(*) FILTER (WHERE t.seats_credited > 0), coalesce(sum(t.seats_credited), 0)
FROM pairs p JOIN signals_expansiontask t ON t.id = p.id
WHERE p.kind = %s AND t.ended_at > %s GROUP BY 1 ORDER BY 1
"""


@dataclass(slots=True)
class RuleHealth:
    """One rule over the last 90 days; `per_year` are signals an organization and year."""

    kind: str
    label: str
    is_muted: bool = False
    fired: int = 0
    per_year: float = 0.0
    tasks: int = 0
    acted_on: int = 0
    ended: int = 0
    false_ended: int = 0
    seats_won: int = 0
    hours: float | None = None
    won: list[tuple[int, str]] = field(default_factory=list)
    held_back: list[tuple[str, int]] = field(default_factory=list)

    @property
    def verdict(self) -> Verdict:
        """What the ended tasks say."""
        return judge(ended=self.ended, false_ended=self.false_ended)

    @property
    def state(self) -> tuple[str, str]:
        """How the rule stands, in a word and a kind of badge."""
        if self.is_muted:
            return _("muted"), "bad"
        match self.verdict:
            case Verdict.GOOD:
                return _("good"), "good"
            case Verdict.UNKNOWN:
                return _("too few tasks to tell"), "none"
            case _:
                return _("for review"), "warn"

    @property
    def acted_on_rate(self) -> float | None:
        """The share of new tasks that somebody acted on."""
        return self.acted_on / self.tasks if self.tasks else None

    @property
    def false_rate(self) -> float | None:
        """The share of ended tasks that were false."""
        return self.false_ended / self.ended if self.ended else None

    @property
    def worth(self) -> str:
        """The annual recurring revenue won, by currency."""
        return ", ".join(format_money(minor, currency) for minor, currency in self.won if minor)

    @property
    def days_held_back(self) -> int:
        """How many evaluations of a day were held back, a reason each."""
        return sum(count for _reason, count in self.held_back)

    @property
    def cells(self) -> list[str | int | float | None]:
        """The row of an export."""
        return [
            self.label,
            self.state[0],
            self.fired,
            round(self.per_year, 2),
            self.tasks,
            self.acted_on_rate,
            self.ended,
            self.false_rate,
            None if self.hours is None else round(self.hours, 1),
            self.seats_won,
            self.worth,
            "; ".join(f"{reason}: {count}" for reason, count in self.held_back),
        ]


@dataclass(frozen=True, slots=True)
class Month:
    """What ended in one month."""

    on: date
    ended: int
    false_ended: int
    won: int
    seats: int

    @property
    def false_rate(self) -> str:
        """The share that was false, in words."""
        return percent(self.false_ended / self.ended) if self.ended else number(0)


def _rows(sql: str, parameters: Any) -> list[tuple[Any, ...]]:
    with reading_connection().cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())


def rule_health(*, now: datetime) -> list[RuleHealth]:
    """Return every rule, those that need somebody first, then by how often they fired."""
    since = now - MEASURED
    newest = RuleMute.objects.order_by("kind", "-at", "-id").distinct("kind")
    muted = {row.kind for row in newest if row.is_muted}
    found = {
        kind.value: RuleHealth(kind.value, capfirst(str(kind.label)), kind.value in muted)
        for kind in DetectorKind
    }
    ((years,),) = _rows(_ORGANIZATION_YEARS, [now, YEAR, YEAR, now])
    for kind, fired, in_year in _rows(_SIGNALS, [since, now - YEAR]):
        found[kind].fired = fired
        found[kind].per_year = in_year / float(years) if years else 0.0
    for kind, currency, tasks, acted, ended, false, seats, arr in _rows(_TASKS, {"since": since}):
        rule = found[kind]
        rule.tasks += tasks
        rule.acted_on += acted
        rule.ended += ended
        rule.false_ended += false
        rule.seats_won += seats
        rule.won.append((int(arr), currency))
    for kind, hours in _rows(_WAITS, [since]):
        found[kind].hours = float(hours)
    reasons: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for kind, reason, count in _rows(_HELD_BACK, [since.date()]):
        reasons[kind].append((str(HoldbackChoice(reason).label), count))
    for kind, held_back in reasons.items():
        found[kind].held_back = held_back
    order = ("bad", "warn", "good", "none")
    return sorted(found.values(), key=lambda r: (order.index(r.state[1]), -r.fired, r.label))


def months_of_rule(kind: str, *, now: datetime) -> list[Month]:
    """Return what ended of a rule in each of the last twelve months that had any."""
    return [Month(*row) for row in _rows(_MONTHS, [kind, now - YEAR])][-TREND_MONTHS:]


def changes_of_rule(kind: str) -> list[RuleMute]:
    """Return when a rule's messages were switched off and on, newest first."""
    return list(RuleMute.objects.filter(kind=kind)[:50])
