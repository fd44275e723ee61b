"""How long what seats and usage keep is kept."""

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.utils.translation import gettext_lazy

from accounts.retention import Keeping
from seats.services import people_exports, retention


def _forget_months(*, now: datetime) -> int:
    return retention.drop_old_events(now=now).dropped


KEEPINGS: Final = (
    Keeping(
        name="usage_months",
        what=gettext_lazy("Months of usage events, as they were reported (rows: months)"),
        why=gettext_lazy("Days can be counted again; what was counted from them stays."),
        kept_for=timedelta(days=settings.USAGE_RAW_DAYS),
        forget=_forget_months,
        every=timedelta(hours=1),
    ),
    Keeping(
        name="quarantined_events",
        what=gettext_lazy("Events that were put aside, after they were counted or discarded"),
        why=gettext_lazy("What was decided about them can be looked at."),
        kept_for=retention.QUARANTINE_KEPT_FOR,
        forget=retention.forget_quarantine,
    ),
    Keeping(
        name="rejected_days",
        what=gettext_lazy("Counts of refused events by day"),
        why=gettext_lazy("A year can be compared with the one before."),
        kept_for=retention.REJECTS_KEPT_FOR,
        forget=retention.forget_rejects,
    ),
    Keeping(
        name="refused_sign_ins",
        what=gettext_lazy("Refused sign-ins of people without a seat, and counted hours"),
        why=gettext_lazy("They say how many seats were missed in the last quarter."),
        kept_for=retention.REFUSALS_KEPT_FOR,
        forget=retention.forget_refusals,
    ),
    Keeping(
        name="open_sessions",
        what=gettext_lazy("Open sessions that are counted for shared accounts"),
        why=gettext_lazy("Two at once say something on the same day only."),
        kept_for=retention.SESSIONS_KEPT_FOR,
        forget=retention.forget_sessions,
        every=timedelta(hours=1),
    ),
    Keeping(
        name="people_files_asked_for",
        what=gettext_lazy("Exported lists of people"),
        why=gettext_lazy("A file can be fetched again within the week."),
        kept_for=people_exports.KEPT_FOR,
        forget=people_exports.forget_exports,
        every=timedelta(hours=1),
    ),
)
