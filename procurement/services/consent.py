"""Answers billing whether an order may pass, and hears when an approved one went through."""

from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Organization
from billing.hooks import Consent, Order, OrderKind, SeatsPurchased
from billing.models import Purchase
from procurement.domain.request import RequestEvent
from procurement.domain.rules import Ask, Rules, Step, steps_for
from procurement.models import ApprovalPolicy, PurchaseRequest
from procurement.selectors.rules import policy_in_force
from procurement.services.mails import tell_requester
from procurement.services.moving import move

_State = PurchaseRequest.State
_WITHOUT_SEATS = (Purchase.State.FAILED, Purchase.State.EXPIRED)


def lacking_consent(order: Order) -> Consent | None:
    """Return what an order lacks under the organization's rules; None where it may pass.

    Runs inside the organization's tenancy context, in the transaction that reserves the order.
    """
    policy, steps = needed_steps(order)
    if policy is None or not steps or _is_approved(order):
        return None
    return Consent(
        sentence=_("Your organization asks for an approval before this is bought."),
        ask_url=_ask_url(order),
    )


def needed_steps(order: Order) -> tuple[ApprovalPolicy | None, tuple[Step, ...]]:
    """Return the rules in force and the steps that an order needs under them."""
    policy = policy_in_force(order.organization_id, order.at)
    if policy is None:
        return None, ()
    rules = policy.content()
    return policy, steps_for(rules, ask_of(order, rules))


def ask_of(order: Order, rules: Rules) -> Ask:
    """Return what an order counts, with what passed without approval in the window."""
    return Ask(
        currency=order.currency,
        annual_minor=order.annual_minor,
        now_minor=order.now_minor,
        recent_minor=_recent_minor(order, rules) if rules.is_enabled else 0,
    )


def _recent_minor(order: Order, rules: Rules) -> int:
    if not rules.window_days or order.kind is OrderKind.START:
        return 0
    passed = (
        Purchase.objects.filter(
            organization_id=order.organization_id,
            currency=rules.currency,
            created_at__gt=order.at - timedelta(days=rules.window_days),
            purchase_requests__isnull=True,
        )
        .exclude(state__in=_WITHOUT_SEATS)
        .select_related("quote")
    )
    if order.quote_id is not None:
        passed = passed.exclude(quote_id=order.quote_id)
    total = 0
    for purchase in passed:
        figures = purchase.quote.snapshot()
        now_minor = figures.now.subtotal_minor - figures.now.discount_minor
        total += Ask(purchase.currency, figures.annual_delta_minor, now_minor).amount_minor
    return total


def _is_approved(order: Order) -> bool:
    """Tell whether a request that everybody approved is being bought by exactly this order."""
    requests = PurchaseRequest.objects.filter(
        organization_id=order.organization_id, kind=order.kind.value
    )
    match order.kind:
        case OrderKind.PURCHASE:
            return requests.filter(state=_State.BUYING, bought_quote_id=order.quote_id).exists()
        case OrderKind.RENEWAL:
            return requests.filter(
                of_price(order), state=_State.BUYING, quantity_to=order.quantity_to
            ).exists()
    # A start needs a person at the card page, so its approval waits for them.
    return requests.filter(
        of_price(order),
        state=_State.APPROVED,
        quantity_to=order.quantity_to,
        currency=order.currency,
        annual_minor__gte=order.annual_minor,
        now_minor__gte=order.now_minor,
        expires_at__gt=order.at,
    ).exists()


def of_price(order: Order) -> Q:
    """Return the condition that a request names the price of an order, or like it none."""
    return Q(price__isnull=True) if order.price_id is None else Q(price_id=order.price_id)


def _ask_url(order: Order) -> str:
    slug = Organization.objects.values_list("slug", flat=True).get(pk=order.organization_id)
    asked: dict[str, object] = {"kind": order.kind.value}
    if order.kind is OrderKind.PURCHASE:
        asked = {"quote": order.quote_id}
    else:
        asked |= {"seats": order.quantity_to}
        if order.price_id is not None:
            asked["price"] = order.price_id
    return f"{reverse('request_new', args=[slug])}?{urlencode(asked)}"


def follow_purchase(purchased: SeatsPurchased) -> None:
    """Mark the request whose purchase was just granted, in the granting transaction."""
    request = (
        PurchaseRequest.objects.select_for_update(of=("self",))
        .filter(
            organization_id=purchased.organization_id,
            state=_State.BUYING,
            bought_quote__purchase=purchased.purchase_id,
        )
        .first()
    )
    if request is not None:
        request.purchase_id = purchased.purchase_id
        finish(request, now=purchased.at)


def finish(request: PurchaseRequest, *, now: datetime) -> None:
    """End a request whose order went through; the caller holds its row locked."""
    request.problem_code = request.problem = ""
    request.ended_at = now
    move(request, RequestEvent.BOUGHT, verb="request_bought", now=now)
    tell_requester(request, now=now)
