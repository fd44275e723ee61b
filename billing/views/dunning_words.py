"""The timeline of an unpaid invoice in words, for the customer's page and the vendor's preview."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from billing.domain.dunning import Step, StepKind
from billing.selectors.dunning import CaseTimeline
from billing.services.dunning_mails import end_ahead, end_sentence

_ICONS = {StepKind.REMINDER: "mail", StepKind.RESTRICT: "lock", StepKind.END: "error"}


def step_words(step: Step, end: str, *, is_taken: bool) -> str:
    """Return what a step does, or did."""
    match step.kind:
        case StepKind.REMINDER:
            return _("We reminded you by mail.") if is_taken else _("We remind you by mail.")
        case StepKind.RESTRICT:
            return _("No seat can be bought or assigned. Everybody keeps working.")
    return end_sentence(end) if is_taken else end_ahead(end)


def following_words(step: Step, end: str) -> str:
    """Return what a step will do, for the vendor's own people."""
    match step.kind:
        case StepKind.REMINDER:
            return _("A reminder goes out by mail.")
        case StepKind.RESTRICT:
            return _("No seat can be bought or assigned.")
    return end_ahead(end)


def timeline_items(
    steps: Iterable[Step],
    *,
    end: str,
    now: datetime,
    since: datetime,
    taken: frozenset[str] = frozenset(),
    skipped: frozenset[str] = frozenset(),
) -> list[dict[str, Any]]:
    """Return the rows of the timeline component, in order of time, today among them."""
    rows = [
        {
            "at": step.at,
            "title": step_words(step, end, is_taken=step.name in taken),
            "icon": "check" if step.name in taken else _ICONS[step.kind],
            "kind": _kind(step, step.name in taken),
        }
        for step in steps
        if step.name not in skipped
    ]
    rows.append(
        {"at": since, "title": _("The payment was due."), "icon": "calendar", "kind": "warn"}
    )
    rows.append({"at": now, "title": _("Today"), "icon": "place", "kind": "accent"})
    order = {_("The payment was due."): 0}
    return sorted(rows, key=lambda row: (row["at"], order.get(row["title"], 1)))


def case_items(found: CaseTimeline, now: datetime) -> list[dict[str, Any]]:
    """Return the timeline of an open case."""
    return timeline_items(
        found.steps,
        end=found.case.end,
        now=now,
        since=found.case.overdue_since,
        taken=found.taken,
        skipped=found.skipped,
    )


def _kind(step: Step, is_taken: bool) -> str:
    if is_taken:
        return ""
    return {StepKind.REMINDER: "", StepKind.RESTRICT: "warn", StepKind.END: "bad"}[step.kind]
