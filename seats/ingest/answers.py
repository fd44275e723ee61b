"""What the vendor's product is answered, in the words of the API."""

from datetime import datetime

import msgspec
from django.conf import settings
from django.urls import reverse

from seats.domain.entitlement import Access, EntitlementDecision, MemberFacts, Refusal
from seats.ingest.sessions import Measure

_HELPED_BY_SEATS = frozenset(
    {
        Refusal.UNKNOWN_MEMBER,
        Refusal.NO_SUBSCRIPTION,
        Refusal.NO_SEAT,
        Refusal.OVERAGE_NOT_PERMITTED,
    }
)


class AccessAnswer(msgspec.Struct, frozen=True):
    """What the product may ask somebody who is let in; never a refusal.

    `action` is `none`, `nudge` (say that accounts are for one person), `step_up` (ask for a second
    proof) or `end_oldest_session` (more than `max_sessions` are open; end the oldest).
    `open_sessions` counts those that checks named in the last 30 minutes, where they are limited.
    """

    action: str = "none"
    max_sessions: int | None = None
    open_sessions: int | None = None


class EntitlementAnswer(msgspec.Struct):
    """`reason` is `seat`, `overage`, `overage_in_true_up` or `seat_kept` for a yes, else why not.

    `purchase_url` is where an admin can buy seats, if seats would help; `may_purchase` says
    whether this person is such an admin. `request_url` is where this person asks their admins for
    a seat, once they are signed in. `notice` is `payment_overdue` while a payment of the
    organization is so long overdue that no more seats are assigned; it never changes `allowed`.
    `access` is what the organization's own policy asks of an account that several people seem to
    use; it never changes `allowed` either.
    """

    allowed: bool
    reason: str
    overage_until: datetime | None = None
    purchase_url: str | None = None
    request_url: str | None = None
    may_purchase: bool = False
    notice: str | None = None
    access: AccessAnswer = AccessAnswer()


_NOTHING = AccessAnswer()


def answer_of(
    decision: EntitlementDecision,
    slug: str,
    facts: MemberFacts,
    measure: Measure | None = None,
    open_sessions: int | None = None,
) -> EntitlementAnswer:
    """Return the answer; sessions are counted only where they are limited."""
    helped = decision.access is Access.REFUSED and decision.reason in _HELPED_BY_SEATS
    return EntitlementAnswer(
        allowed=decision.is_allowed,
        reason=(decision.reason or decision.access).value,
        overage_until=decision.until,
        purchase_url=_purchase_url(decision, slug) if helped else None,
        request_url=_request_url(slug) if decision.reason is Refusal.NO_SEAT else None,
        may_purchase=helped and facts.may_purchase,
        notice=facts.notice.value if facts.notice else None,
        access=_access(measure if decision.is_allowed else None, open_sessions),
    )


def _access(measure: Measure | None, open_sessions: int | None) -> AccessAnswer:
    if measure is None:
        return _NOTHING
    if measure.action != "cap":
        return AccessAnswer(measure.action)
    is_beyond = open_sessions is not None and open_sessions > measure.sessions
    return AccessAnswer(
        "end_oldest_session" if is_beyond else "none", measure.sessions, open_sessions
    )


def _purchase_url(decision: EntitlementDecision, slug: str) -> str:
    """Where an admin adds seats; without a subscription, where there is one to be had."""
    page = "seats" if decision.reason is Refusal.NO_SUBSCRIPTION else "add_seats"
    return f"{settings.BASE_URL}{reverse(page, args=[slug])}"


def _request_url(slug: str) -> str:
    """Where somebody without a seat asks for one."""
    return f"{settings.BASE_URL}{reverse('ask_for_seat', args=[slug])}"
