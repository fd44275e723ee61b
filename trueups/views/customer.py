"""The customer's quarters: what each came to, and what the running one would be today."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import OrganizationRequest, organization_page
from accounts.domain.roles import Permission
from accounts.models import Membership
from accounts.replica import reading_connection
from trueups.domain import states
from trueups.models import TrueUp, TrueUpTerms
from trueups.selectors import words
from trueups.selectors.document import chart_days
from trueups.selectors.simulation import what_if
from trueups.views.parts import row_of


@organization_page(Permission.TRUE_UPS_READ)
@require_safe
def true_ups(request: OrganizationRequest) -> HttpResponse:
    """List the quarters, the running one first, with what it would come to today."""
    organization, now = request.organization, timezone.now()
    terms = TrueUpTerms.objects.filter(organization=organization).first()
    quarters = list(TrueUp.objects.filter(organization=organization).order_by("-quarter"))
    running = next((q for q in quarters if q.current_state in states.BEFORE_ITS_END), None)
    context: dict[str, Any] = {
        "tab": "true_ups",
        "terms": terms,
        "rows": [row_of(q) for q in quarters if q is not running],
        "open_review": _next_review(quarters, now),
    }
    if running is not None:
        agreed = running.agreed()
        days = chart_days(
            organization.pk, (running.quarter.lower, running.quarter.upper), running.time_zone
        )
        context |= {
            "running": row_of(running),
            "coming": what_if(organization_id=organization.pk, now=now, policy=agreed.policy),
            "chart_rows": days,
            "is_above_earlier": any(day.values[-1] for day in days),
            "agreed": agreed,
            **words.terms_words(agreed),
        }
    return render(request, "trueups/true_ups.html", context)


def _next_review(quarters: list[TrueUp], now: datetime) -> TrueUp | None:
    """Return the review that ends first; of several at once the earliest quarter."""
    reviewed = [
        (q.review_until, q.quarter.lower, q)
        for q in quarters
        if q.is_under_review and q.review_until and now < q.review_until
    ]
    return min(reviewed)[2] if reviewed else None


def true_up_banner(request: HttpRequest) -> dict[str, Any]:
    """Context processor: whether the organization has true-ups, and the review that is open.

    Both are read only by pages that show them.
    """
    membership: Membership | None = getattr(request, "membership", None)
    if membership is None or not membership.may(Permission.TRUE_UPS_READ):
        return {}
    # A page that commits by itself renders outside of its tenancy context, where no row is visible.
    if not reading_connection().in_atomic_block:
        return {}
    organization_id = membership.organization_id
    return {
        "has_true_ups": lambda: (
            TrueUp.objects.filter(organization_id=organization_id).exists()
            or TrueUpTerms.objects.filter(organization_id=organization_id, is_enabled=True).exists()
        ),
        "true_up_to_review": lambda: (
            TrueUp.objects.filter(
                organization_id=organization_id,
                state__in=[state.value for state in states.UNDER_REVIEW],
                review_until__gt=timezone.now(),
            )
            .order_by("review_until", "quarter")
            .first()
        ),
    }
