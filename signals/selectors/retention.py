"""What is kept for how long, with the last run of each rule."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import RetentionRun
from accounts.retention import KEEPINGS, Keeping
from accounts.templatetags.headroom import number

_LATE_AFTER = 3


@dataclass(frozen=True, slots=True)
class RetentionRow:
    """A rule, its last run, and how it stands (a word and a kind of badge)."""

    keeping: Keeping
    run: RetentionRun | None
    kept_for: str
    next_run_at: datetime | None
    label: str
    kind: str


def retention_rows(*, now: datetime) -> list[RetentionRow]:
    """Return every rule, troubled ones first, then by what they let go of."""
    runs = {run.name: run for run in RetentionRun.objects.all()}
    rows = [_row(keeping, runs.get(keeping.name), now) for keeping in KEEPINGS.values()]
    order = ("bad", "warn", "none", "good")
    return sorted(rows, key=lambda row: (order.index(row.kind), str(row.keeping.what)))


def _row(keeping: Keeping, run: RetentionRun | None, now: datetime) -> RetentionRow:
    if run is None:
        label, kind, following = _("not run yet"), "none", None
    else:
        following = run.ran_at + keeping.every
        if run.problem:
            label, kind = _("failed"), "bad"
        elif now - run.ran_at > keeping.every * _LATE_AFTER:
            label, kind = _("late"), "warn"
        else:
            label, kind = _("on time"), "good"
    return RetentionRow(keeping, run, _in_words(keeping.kept_for), following, label, kind)


def _in_words(period: timedelta) -> str:
    if not period:
        return _("until they end")
    if period < timedelta(days=3):
        hours = round(period / timedelta(hours=1))
        return ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": number(hours)}
    return ngettext("%(n)s day", "%(n)s days", period.days) % {"n": number(period.days)}
