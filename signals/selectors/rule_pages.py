"""A rule of findings as the vendor's pages show it: settings, who differs, changes, dry runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.models import Department, HistoryEntry, Organization, Region
from signals.domain.detectors.rules import SETTINGS
from signals.domain.rule_settings import knobs
from signals.models import DetectorKind, RuleDryRun, RuleSetting, Signal
from signals.selectors.rule_settings import RuleBook, rule_books
from signals.selectors.rule_words import LABELS, TEXTS, counted

_RUNS_SHOWN: Final = 5
_CHANGES_SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule in the list."""

    kind: str
    title: str
    text: str
    is_on: bool
    is_own: bool
    differ: int
    open: int


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a rule's settings, in words."""

    at: datetime
    by: str
    organization: str
    is_reset: bool
    lines: list[str]


@dataclass(frozen=True, slots=True)
class Fired:
    """What would have fired in one scope of an organization, before and after."""

    organization: str
    slug: str
    scope: str
    now: list[date]
    then: list[date]

    @property
    def is_new(self) -> bool:
        """Whether only the tried settings find it."""
        return not self.now

    @property
    def is_gone(self) -> bool:
        """Whether only the present settings find it."""
        return not self.then


def title_of(kind: str) -> str:
    """Return what a rule is called."""
    return capfirst(str(DetectorKind(kind).label))


def rule_rows() -> list[RuleRow]:
    """Return the rules of findings that can be set."""
    open_ = Signal.objects.exclude(status=Signal.Status.RESOLVED).order_by()
    counts: dict[str, int] = {}
    for kind in open_.values_list("kind", flat=True):
        counts[kind] = counts.get(kind, 0) + 1
    return [
        RuleRow(
            kind=kind,
            title=title_of(kind),
            text=str(TEXTS[kind]),
            is_on=book.usual.is_on,
            is_own=book.usual.is_own,
            differ=len(book.by_organization),
            open=counts.get(kind, 0),
        )
        for kind, book in rule_books().items()
    ]


def organizations_that_differ(kind: str) -> list[RuleSetting]:
    """Return the settings of single organizations, by name."""
    return list(
        RuleSetting.objects.filter(kind=kind, organization__isnull=False)
        .select_related("organization")
        .order_by("organization__name")
    )


def thresholds_in_words(kind: str, values: dict[str, Any]) -> list[tuple[str, str]]:
    """Return thresholds with their names and units."""
    return [
        (str(LABELS[knob.name]), counted(values.get(knob.name, knob.default), knob.unit))
        for knob in knobs(SETTINGS[kind])
    ]


def changes_of(kind: str) -> list[Change]:
    """Return how a rule's settings changed, the latest first."""
    entries = HistoryEntry.objects.filter(
        organization__isnull=True, object_type="rulesetting", object_label=kind
    )[:_CHANGES_SHOWN]
    return [
        Change(
            at=entry.at,
            by=entry.actor_label,
            organization=entry.changes.get("organization", ""),
            is_reset=entry.verb == "rule_reset",
            lines=_lines(entry.changes),
        )
        for entry in entries
    ]


def _lines(changes: dict[str, Any]) -> list[str]:
    return [
        _("%(name)s: %(before)s → %(after)s")
        % {"name": LABELS.get(name, name), "before": _said(pair[0]), "after": _said(pair[1])}
        for name, pair in changes.items()
        if isinstance(pair, list)
    ]


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(value)


def runs_of(kind: str) -> list[RuleDryRun]:
    """Return the latest dry runs of a rule."""
    return list(
        RuleDryRun.objects.using("pipeline")
        .filter(kind=kind)
        .select_related("organization")[:_RUNS_SHOWN]
    )


def dry_run(run_id: Any) -> RuleDryRun | None:
    """Return one dry run."""
    runs = RuleDryRun.objects.using("pipeline").select_related("organization")
    return runs.filter(pk=run_id).first()


def fired(run: RuleDryRun) -> list[Fired]:
    """Return what would have fired, what differs first."""
    organizations = Organization.objects.in_bulk([each["organization"] for each in run.found])
    names = _scope_names([each["scope"] for each in run.found])
    rows = [
        Fired(
            organization=organizations[each["organization"]].name,
            slug=organizations[each["organization"]].slug,
            scope=names.get(each["scope"], ""),
            now=[date.fromisoformat(day) for day in each["now"]],
            then=[date.fromisoformat(day) for day in each["then"]],
        )
        for each in run.found
        if each["organization"] in organizations
    ]
    return sorted(rows, key=lambda row: (row.now == row.then, row.organization, row.scope))


def _scope_names(scopes: Sequence[str]) -> dict[str, str]:
    """Return what departments, regions and milestones are called."""
    parts = {scope: scope.partition(":") for scope in scopes}
    ids: dict[str, set[int]] = {"department": set(), "region": set()}
    for kind, _colon, value in parts.values():
        if kind in ids:
            ids[kind].add(int(value))
    found = {
        f"department:{d.pk}": d.name for d in Department.objects.filter(pk__in=ids["department"])
    }
    found |= {f"region:{r.pk}": r.name for r in Region.objects.filter(pk__in=ids["region"])}
    found |= {
        scope: _("%(days)s days ahead") % {"days": value}
        for scope, (kind, _colon, value) in parts.items()
        if kind == "days"
    }
    return found


def book_of(kind: str) -> RuleBook:
    """Return the settings of a rule."""
    return rule_books()[kind]
