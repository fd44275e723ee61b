"""Makes the row of each quarter when the quarter begins, with the terms of that moment."""

from datetime import datetime
from zoneinfo import ZoneInfo

import structlog
from django.db.models import Exists, OuterRef

from accounts.models import Organization
from accounts.services.history import SYSTEM, record
from accounts.tenancy import organization_context
from billing.models import SubscriptionPeriod
from seats.services.seats import lock_seat_pool
from trueups.domain.quarters import quarter_from
from trueups.domain.terms import terms_to_json
from trueups.models import TrueUp, TrueUpTerms
from trueups.selectors.facts import subscription_of, term_at

log = structlog.get_logger(__name__)

_BATCH = 500


def schedule_quarter(*, organization_id: int, now: datetime) -> TrueUp | None:
    """Make the quarter that runs at `now`, or the first one missing before it; None if none is.

    Without an annual term that holds the quarter's start there is none to make: a renewal may be
    under way. Doing it again makes nothing twice.
    """
    with organization_context(organization_id):
        lock_seat_pool(organization_id=organization_id)
        terms = TrueUpTerms.objects.filter(organization_id=organization_id, is_enabled=True).first()
        subscription = subscription_of(organization_id)
        if terms is None or subscription is None:
            return None
        last = TrueUp.objects.filter(organization_id=organization_id).order_by("quarter").last()
        start = max(terms.enabled_at, last.quarter.upper) if last else terms.enabled_at
        term = term_at(subscription, start)
        if start > now or term is None:
            return None
        organization = Organization.objects.get(pk=organization_id)
        quarter = quarter_from(start, terms.terms(), term, ZoneInfo(organization.time_zone))
        true_up = TrueUp.objects.create(
            organization_id=organization_id,
            subscription=subscription,
            reference=_free_reference(organization_id, quarter.reference),
            quarter=(quarter.period.start, quarter.period.end),
            time_zone=organization.time_zone,
            policy=terms.policy,
            terms=terms_to_json(terms.terms()),
            currency=subscription.price.currency,
            created_at=now,
        )
        true_up.refresh_from_db(fields=["quarter"])
        record(
            actor=SYSTEM,
            verb="true_up_scheduled",
            subject=true_up,
            organization_id=organization_id,
            now=now,
        )
        return true_up


def _free_reference(organization_id: int, wanted: str) -> str:
    """Return the name of a quarter; another basis can bring the same one a second time."""
    taken = set(
        TrueUp.objects.filter(
            organization_id=organization_id, reference__startswith=wanted
        ).values_list("reference", flat=True)
    )
    number = 1
    name = wanted
    while name in taken:
        number += 1
        name = f"{wanted}-{number}"
    return name


def schedule_quarters(*, now: datetime) -> int:
    """Make the running quarter of every organization that lacks it; return how many were made."""
    known = TrueUp.objects.using("pipeline").filter(
        organization_id=OuterRef("organization_id"), quarter__endswith__gt=now
    )
    running = SubscriptionPeriod.objects.using("pipeline").filter(
        organization_id=OuterRef("organization_id"), during__contains=now
    )
    missing = (
        TrueUpTerms.objects.using("pipeline")
        .filter(~Exists(known), Exists(running), is_enabled=True, enabled_at__lte=now)
        .values_list("organization_id", flat=True)[:_BATCH]
    )
    made = 0
    for organization_id in list(missing):
        try:
            while schedule_quarter(organization_id=organization_id, now=now) is not None:
                made += 1
        except Exception:
            # One organization that cannot go on must not hold up the others.
            log.exception("true_up_not_scheduled", organization=organization_id)
    return made
