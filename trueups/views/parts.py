"""What the pages of both sides show of one true-up."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.text import capfirst

from trueups.domain import states
from trueups.models import TrueUp
from trueups.selectors import words
from trueups.selectors.document import (
    badge_of,
    chart_days,
    history_of,
    line_views,
    open_disputes,
    people_counts,
    quarter_days,
)
from trueups.views.files import files_of


def text_of(request: HttpRequest, name: str, length: int = 200) -> str:
    """Return what was sent under a name, cut to `length`."""
    given = request.GET if request.method in ("GET", "HEAD") else request.POST
    return given.get(name, "").replace("\x00", "").strip()[:length]


def row_of(true_up: TrueUp) -> dict[str, Any]:
    """Return a true-up as a row of a list."""
    first, last = quarter_days(true_up)
    return {
        "true_up": true_up,
        "first": first,
        "last": last,
        "badge": badge_of(true_up.state),
        "state": capfirst(true_up.get_state_display()),
        "size_minor": abs(true_up.total_minor),
        "is_counted": true_up.snapshot_at is not None,
    }


def document_context(true_up: TrueUp, *, is_vendor: bool = False) -> dict[str, Any]:
    """Return what the document of a true-up shows to whoever reads it."""
    lines = line_views(true_up, is_vendor=is_vendor)
    disputes = open_disputes(lines)
    terms = true_up.agreed()
    state = true_up.current_state
    row = row_of(true_up)
    return row | {
        "files": files_of(true_up, is_vendor=is_vendor),
        "row": row,
        "lines": lines,
        "disputes": disputes,
        "next_step": words.next_step(true_up, disputes=disputes, is_vendor=is_vendor),
        "people": people_counts(true_up),
        "terms": terms,
        **words.terms_words(terms),
        "history": history_of(true_up),
        "lock_outs": list(true_up.lock_outs.select_related("membership").order_by("pk"))
        if true_up.removed_at
        else [],
        "chart_rows": chart_days(
            true_up.organization_id,
            (true_up.quarter.lower, true_up.quarter.upper),
            true_up.time_zone,
        ),
        "is_under_review": true_up.is_under_review,
        "is_running": state in states.BEFORE_ITS_END,
        "is_over": state in {states.State.SETTLED, states.State.VOID},
        "now": timezone.now(),
    }
