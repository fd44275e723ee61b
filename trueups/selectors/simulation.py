"""What the coming true-up of an organization would be today, and under each policy.

Nothing is written. The running quarter is counted up to now as if it ended now, with the share of
the term that is left at its real end.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from accounts.models import Organization
from billing.domain.period import Period
from trueups.domain import states
from trueups.domain.activity import is_inactive
from trueups.domain.high_water import HighWater, high_water
from trueups.domain.quarters import Quarter, share_left, whole_quarter
from trueups.domain.terms import Policy, Terms
from trueups.models import TrueUp, TrueUpTerms
from trueups.selectors import facts
from trueups.selectors.amounts import Amounts, pending_seats, priced

_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class WhatIf:
    """One policy: the amounts if everybody stays, and if every inactive person is removed.

    Under strict and flexible terms nobody is removed, so both are the same.
    """

    policy: Policy
    is_agreed: bool
    water: HighWater
    inactive: int
    keeping: Amounts
    removing: Amounts


@dataclass(frozen=True, slots=True)
class Simulation:
    """The running quarter as it stands, under the agreed policy and the others."""

    reference: str
    quarter: Period
    term: Period
    share: Fraction
    purchased: int
    assigned: int
    currency: str
    is_agreed: bool
    policies: tuple[WhatIf, ...]

    @property
    def agreed(self) -> WhatIf:
        """The policy of the contract, or the one that it would begin with."""
        return next(found for found in self.policies if found.is_agreed)


def what_if(
    *, organization_id: int, now: datetime, policy: Policy | None = None, terms: Terms | None = None
) -> Simulation | None:
    """Return the running quarter as it would be trued up now; None without an annual term.

    All policies, or one. `terms` stand in for those agreed, to see what others would bring.
    """
    subscription = facts.subscription_of(organization_id)
    term = facts.term_at(subscription, now) if subscription else None
    if subscription is None or term is None:
        return None
    organization = Organization.objects.get(pk=organization_id)
    zone = ZoneInfo(organization.time_zone)
    running = TrueUp.objects.filter(
        organization_id=organization_id,
        quarter__contains=now,
        state__in=[state.value for state in states.BEFORE_ITS_END],
    ).first()
    agreed, is_agreed = _terms(organization_id, running)
    used = terms or agreed
    quarter = Quarter(running.period, 0, 0) if running else whole_quarter(now, used, term, zone)
    contract = facts.contracted(organization_id, quarter.period.end) or facts.contracted(
        organization_id, term.end
    )
    if contract is None or not contract.is_annual:
        return None
    share = share_left(min(quarter.period.end, contract.term.end), used, contract.term, zone)
    period = Period(max(quarter.period.start, contract.term.start), now + _MOMENT)
    changes = facts.purchased_changes(organization_id)
    purchased = facts.purchased_at(changes, now)
    holding = contract.holding(
        purchased=purchased, share=share, discount_basis_points=contract.discount_basis_points
    )
    people = facts.seated_people(organization_id, now + _MOMENT, used.activity)
    inactive = sum(
        not person.is_service
        and is_inactive(person.active_days, person.assigned_since, now, used.activity)
        for person in people
    )
    pending = pending_seats(running) if running else 0
    found = []
    for candidate in Policy if policy is None else (policy,):
        under = replace(used, policy=candidate)
        spans = facts.counted_spans(organization_id, period, under)
        water = high_water(spans, changes, period, now, pending)
        removable = inactive if under.offers_removal else 0
        found.append(
            WhatIf(
                policy=candidate,
                is_agreed=candidate is used.policy,
                water=water,
                inactive=inactive,
                keeping=priced(holding, water, water.overage, 0),
                removing=priced(holding, water, water.overage, removable),
            )
        )
    return Simulation(
        reference=running.reference if running else quarter.reference,
        quarter=quarter.period,
        term=contract.term,
        share=share,
        purchased=purchased,
        assigned=len(people),
        currency=contract.table.currency,
        is_agreed=is_agreed,
        policies=tuple(found),
    )


def _terms(organization_id: int, running: TrueUp | None) -> tuple[Terms, bool]:
    """Return the terms of the running quarter, of the contract, or those of a new one."""
    if running is not None:
        return running.agreed(), True
    stored = TrueUpTerms.objects.filter(organization_id=organization_id, is_enabled=True).first()
    return (stored.terms(), True) if stored else (Terms(), False)
