"""Buys what was approved: the quote of today is held against the approved one, then bought.

    approved   compare with today; store the intent (`buying`, with its quote) or send it back
    buying     buy under the request's own idempotency key, then look what became of it

`carry_out` is called by whoever decided last, by a retry, and by the sweeper, also at the same
time: every step re-reads the row under a lock, and the key is the same for the same attempt. A
start needs a person at the card page, so it stays approved until its subscription is there.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog

from accounts.errors import DomainError
from accounts.services.history import Actor
from accounts.tenancy import organization_context
from billing.models import Purchase, Quote, ScheduledChange, Subscription, SubscriptionStart
from billing.selectors.terms import (
    ChangeNotNow,
    NoSubscription,
    PriceNotOnSale,
    QuantityRefused,
    current_terms,
)
from billing.services.purchases import (
    ContractBeingApplied,
    PurchaseUnderWay,
    QuoteAlreadyBought,
    QuoteChanged,
    purchase_seats,
)
from billing.services.quotes import is_still_right, quote_seats
from billing.services.scheduling import schedule_price_change, schedule_seats
from procurement.domain.repricing import Difference, Moved, Priced, differences, may_buy
from procurement.domain.request import RequestEvent
from procurement.models import PurchaseRequest
from procurement.selectors.pricing import price_purchase, price_renewal
from procurement.services.consent import finish
from procurement.services.mails import tell_requester
from procurement.services.moving import move
from procurement.services.request_errors import RequestNotOpen
from procurement.services.requests import lock_request

log = structlog.get_logger(__name__)

# Longer than a request may take, so that the sweeper does not run after it.
IDLE_FOR: Final = timedelta(seconds=45)
_AGAIN_AFTER: Final = timedelta(minutes=10)
_LARGEST_NUMBER_OF_STEPS: Final = 6
_MOST_ATTEMPTS_AT_ONCE: Final = 3
_BATCH: Final = 200
# What goes away by itself; everything else waits for a person who presses "try again".
_PASSING: Final = frozenset(
    {
        "",
        PurchaseUnderWay.code,
        ContractBeingApplied.code,
        "renewal_under_way",
        "purchase_needs_review",
        "quote_expired",
    }
)
# Stopped before any charge by something that is put right by asking again: the credit balance was
# read anew, or the quote ran out while the process stood still.
_ASKED_ANEW: Final = frozenset({"balance_changed", "quote_expired"})
_NOT_AS_APPROVED: Final = (QuantityRefused, PriceNotOnSale, ChangeNotNow, NoSubscription)
_State, _Kind = PurchaseRequest.State, PurchaseRequest.Kind


def carry_out(*, organization_id: int, request_id: UUID, now: datetime) -> PurchaseRequest:
    """Take an approved request as far as it gets; return it. Must not run inside a transaction.

    What stands in the way is kept on the request and mailed to whoever asked; no error is raised
    for it. Raises RequestNotFound.
    """
    request = _read(organization_id, request_id)
    for _step in range(_LARGEST_NUMBER_OF_STEPS):
        before = (request.state, request.attempts)
        if request.state == _State.APPROVED:
            request = _commit(request, now)
        elif request.state == _State.BUYING:
            request = _buy(request, now)
        if before == (request.state, request.attempts) or request.problem_code:
            break
    return request


def retry(*, organization_id: int, request_id: UUID, actor: Actor, now: datetime) -> None:
    """Let an approved request be bought again after what stood in the way; then `carry_out`.

    Raises RequestNotFound, RequestNotOpen.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        request = lock_request(organization_id, request_id)
        if request.state != _State.APPROVED:
            raise RequestNotOpen(f"The request is {request.get_state_display()}.")
        request.problem = request.problem_code = ""
        request.save(update_fields=["problem", "problem_code"])


def sweep_requests(*, now: datetime) -> int:
    """Go on with approved requests that nobody works on; return how many."""
    found = list(
        PurchaseRequest.objects.using("pipeline")
        .filter(state__in=[_State.APPROVED, _State.BUYING])
        .exclude(looked_at__gt=now - IDLE_FOR)
        .exclude(approved_at__gt=now - IDLE_FOR)
        .order_by("looked_at", "approved_at")
        .values_list("organization_id", "pk", "problem_code", "looked_at")[:_BATCH]
    )
    resumed = 0
    for organization_id, request_id, problem, looked_at in found:
        if problem and looked_at is not None and looked_at > now - _AGAIN_AFTER:
            continue
        if problem not in _PASSING:
            continue
        try:
            carry_out(organization_id=organization_id, request_id=request_id, now=now)
            resumed += 1
        except Exception:
            # One request that cannot go on must not hold up the others.
            log.exception("request_not_carried_out", request=str(request_id))
    return resumed


def _commit(request: PurchaseRequest, now: datetime) -> PurchaseRequest:
    """Compare with today and store the intent to buy, or send the request back."""
    if request.kind == _Kind.START:
        return _look_for_start(request, now)
    try:
        if request.kind == _Kind.PURCHASE:
            quote: Quote | None = _quote_of_today(request, now)
            moved = _moved(request, price_purchase(quote, now).priced) if quote else []
        else:
            quote = None
            with organization_context(request.organization_id):
                today = price_renewal(
                    organization_id=request.organization_id,
                    seats=request.quantity_to,
                    price=request.price,
                    now=now,
                ).priced
            moved = _moved(request, today)
    except _NOT_AS_APPROVED as refusal:
        return _send_back(request, _seats_moved(request), str(refusal), now)
    except DomainError as refusal:
        return _hold(request, refusal.code, str(refusal), now)
    if not may_buy(moved):
        return _send_back(request, moved, "", now)

    def begin(locked: PurchaseRequest) -> None:
        locked.attempts += 1
        locked.bought_quote = quote
        locked.purchase = None
        locked.problem = locked.problem_code = ""
        locked.looked_at = now
        move(locked, RequestEvent.BUYING, verb="request_buying", now=now)

    return _change(request, _State.APPROVED, begin)


def _moved(request: PurchaseRequest, today: Priced) -> list[Difference]:
    tolerance = request.policy.content().tolerance_basis_points
    return differences(request.priced(), today, tolerance_basis_points=tolerance)


def _quote_of_today(request: PurchaseRequest, now: datetime) -> Quote:
    """Return the approved quote while it holds, else one for the same seats at today's price."""
    organization_id = request.organization_id
    with organization_context(organization_id):
        quote = request.quote
        if (
            quote is not None
            and not Purchase.objects.filter(quote=quote).exists()
            and is_still_right(quote, current_terms(organization_id, now), now)
        ):
            return quote
        return quote_seats(
            organization_id=organization_id,
            quantity=request.quantity_to,
            price=request.price,
            actor=_buyer(request),
            now=now,
        )


def _seats_moved(request: PurchaseRequest) -> list[Difference]:
    with organization_context(request.organization_id):
        subscription = (
            Subscription.objects.current().filter(organization_id=request.organization_id).first()
        )
    seats = subscription.purchased_seats if subscription else 0
    if seats == request.quantity_from:
        return []
    return [Difference(Moved.SEATS_BEFORE, request.quantity_from, seats, stops=True)]


def _send_back(
    request: PurchaseRequest, moved: list[Difference], sentence: str, now: datetime
) -> PurchaseRequest:
    def send(locked: PurchaseRequest) -> None:
        locked.differences = [
            {
                "what": one.what.value,
                "approved": one.approved,
                "today": one.today,
                "stops": one.stops,
            }
            for one in moved
        ]
        locked.problem, locked.problem_code = sentence[:500], ""
        move(locked, RequestEvent.PRICE_MOVED, verb="request_sent_back", now=now)
        tell_requester(locked, now=now)

    return _change(request, _State.APPROVED, send)


def _hold(request: PurchaseRequest, code: str, sentence: str, now: datetime) -> PurchaseRequest:
    """Keep what stands in the way; whoever asked is told once."""

    def keep(locked: PurchaseRequest) -> None:
        is_new = locked.problem_code != code
        locked.problem_code, locked.problem = code[:60], sentence[:500]
        locked.looked_at = now
        locked.save(update_fields=["problem_code", "problem", "looked_at"])
        if is_new:
            tell_requester(locked, now=now)

    return _change(request, _State.APPROVED, keep)


def _buy(request: PurchaseRequest, now: datetime) -> PurchaseRequest:
    if request.kind == _Kind.RENEWAL:
        return _plan(request, now)
    quote = request.bought_quote
    if quote is None:
        return request
    try:
        purchase = purchase_seats(
            organization_id=request.organization_id,
            quote_id=quote.pk,
            total_minor=quote.total_now_minor,
            idempotency_key=f"request-{request.pk}-{request.attempts}",
            actor=_buyer(request),
            now=now,
            po_number=request.po_number,
            waiting_entry_ids=request.waiting_entry_ids,
        )
    except (QuoteChanged, QuoteAlreadyBought):
        # Something moved between the comparison and the purchase: compare again.
        return _not_bought(request, "", "", now)
    except DomainError as refusal:
        return _not_bought(request, refusal.code, str(refusal), now)
    return _follow(request, purchase, now)


def _follow(request: PurchaseRequest, purchase: Purchase, now: datetime) -> PurchaseRequest:
    """Take over what became of the purchase; one under way is looked at again later."""
    if purchase.state in (Purchase.State.FAILED, Purchase.State.EXPIRED):
        if purchase.failure_code in _ASKED_ANEW and request.attempts < _MOST_ATTEMPTS_AT_ONCE:
            return _not_bought(request, "", "", now)
        return _not_bought(
            request, purchase.failure_code, purchase.failure_message, now, purchase=purchase
        )

    def take_over(locked: PurchaseRequest) -> None:
        locked.purchase = purchase
        locked.looked_at = now
        if purchase.state == Purchase.State.PROVISIONED:
            finish(locked, now=now)
        else:
            locked.save(update_fields=["purchase", "looked_at"])

    return _change(request, _State.BUYING, take_over)


def _not_bought(
    request: PurchaseRequest,
    code: str,
    sentence: str,
    now: datetime,
    *,
    purchase: Purchase | None = None,
) -> PurchaseRequest:
    def give_up(locked: PurchaseRequest) -> None:
        locked.purchase = purchase
        locked.problem_code, locked.problem = code[:60], sentence[:500]
        locked.looked_at = now
        move(locked, RequestEvent.NOT_BOUGHT, verb="request_not_bought", now=now)
        if code:
            tell_requester(locked, now=now)

    return _change(request, _State.BUYING, give_up)


def _plan(request: PurchaseRequest, now: datetime) -> PurchaseRequest:
    """Plan the change of the renewal; one that was planned before a crash is found again."""
    organization_id = request.organization_id
    with organization_context(organization_id):
        change = (
            ScheduledChange.objects.planned()
            .filter(organization_id=organization_id, created_at__gte=request.approved_at)
            .filter(price_to=request.price, created_by_id=request.requester.user_id)
            .first()
        )
    try:
        if change is None and request.price is None:
            change = schedule_seats(
                organization_id=organization_id,
                seats=request.quantity_to,
                actor=_buyer(request),
                now=now,
                reason=request.reason,
            )
        elif change is None and request.price is not None:
            change = schedule_price_change(
                organization_id=organization_id,
                price=request.price,
                seats=request.quantity_to,
                actor=_buyer(request),
                now=now,
                reason=request.reason,
            )
    except DomainError as refusal:
        return _not_bought(request, refusal.code, str(refusal), now)

    def end(locked: PurchaseRequest) -> None:
        locked.scheduled_change = change
        finish(locked, now=now)

    return _change(request, _State.BUYING, end)


def _look_for_start(request: PurchaseRequest, now: datetime) -> PurchaseRequest:
    with organization_context(request.organization_id):
        start = SubscriptionStart.objects.filter(
            organization_id=request.organization_id,
            state=SubscriptionStart.State.DONE,
            price=request.price,
            seats=request.quantity_to,
            created_at__gte=request.approved_at,
        ).first()
    if start is None:
        return request

    def end(locked: PurchaseRequest) -> None:
        locked.start = start
        finish(locked, now=now)

    return _change(request, _State.APPROVED, end)


def _buyer(request: PurchaseRequest) -> Actor:
    """Return who buys: the person who asked, whoever approved last."""
    return Actor(label=request.requester.display_name, user_id=request.requester.user_id)


def _change(
    request: PurchaseRequest, state: str, change: Callable[[PurchaseRequest], None]
) -> PurchaseRequest:
    """Change a request that is still in `state`, under its lock; return it as it is now."""
    with organization_context(request.organization_id):
        locked = lock_request(request.organization_id, request.pk)
        if locked.state == state and locked.attempts == request.attempts:
            change(locked)
    return _read(request.organization_id, request.pk)


def _read(organization_id: int, request_id: UUID) -> PurchaseRequest:
    with organization_context(organization_id):
        return (
            PurchaseRequest.objects.select_related(
                "requester__user", "policy", "quote", "price__plan", "bought_quote", "purchase"
            )
            .prefetch_related("price__tiers")
            .get(organization_id=organization_id, pk=request_id)
        )
