"""What seats asks of true-ups: whether the contract has them, and what the next would take."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from accounts.models import Organization
from billing.domain.period import Period
from seats.hooks import ActivityRule, TrueUpOutlook
from trueups.domain import states
from trueups.domain.lines import NotForSale, propose
from trueups.domain.quarters import local_day, share_left, whole_quarter
from trueups.domain.terms import Terms
from trueups.models import TrueUp, TrueUpTerms
from trueups.selectors import facts


def true_up_outlook(*, organization_id: int, seats: int, now: datetime) -> TrueUpOutlook | None:
    """Return the last day of the running quarter, and what `seats` of overage would cost at it.

    None where the contract has no true-ups. The amount is without tax, and None where the price
    does not reach so far or nothing is asked.
    """
    agreed = TrueUpTerms.objects.filter(organization_id=organization_id, is_enabled=True).first()
    subscription = facts.subscription_of(organization_id)
    term = facts.term_at(subscription, now) if subscription else None
    if agreed is None or term is None:
        return None
    zone = ZoneInfo(Organization.objects.get(pk=organization_id).time_zone)
    quarter, terms = _running(organization_id, agreed.terms(), term, now, zone)
    on = local_day(quarter.end - timedelta(microseconds=1), zone)
    contract = facts.contracted(organization_id, min(quarter.end, term.end))
    if contract is None or not seats:
        return TrueUpOutlook(on)
    holding = contract.holding(
        purchased=facts.purchased_at(facts.purchased_changes(organization_id), now),
        share=share_left(min(quarter.end, contract.term.end), terms, contract.term, zone),
        discount_basis_points=contract.discount_basis_points,
    )
    try:
        lines = propose(holding, seats)
    except NotForSale:
        return TrueUpOutlook(on)
    return TrueUpOutlook(on, sum(line.amount_minor for line in lines), contract.table.currency)


def _running(
    organization_id: int, agreed: Terms, term: Period, now: datetime, zone: ZoneInfo
) -> tuple[Period, Terms]:
    """Return the quarter that runs, with the terms it began under."""
    running = TrueUp.objects.filter(
        organization_id=organization_id,
        quarter__contains=now,
        state__in=[state.value for state in states.BEFORE_ITS_END],
    ).first()
    if running is not None:
        return running.period, running.agreed()
    return whole_quarter(now, agreed, term, zone).period, agreed


def activity_in_force(*, organization_id: int, now: datetime) -> ActivityRule | None:
    """Return who counts as active in the running quarter, as it froze the terms; None without."""
    agreed = TrueUpTerms.objects.filter(organization_id=organization_id, is_enabled=True).first()
    if agreed is None:
        return None
    running = TrueUp.objects.filter(
        organization_id=organization_id,
        quarter__contains=now,
        state__in=[state.value for state in states.BEFORE_ITS_END],
    ).first()
    activity = (running.agreed() if running is not None else agreed.terms()).activity
    return ActivityRule(activity.window_days, activity.least_active_days)
