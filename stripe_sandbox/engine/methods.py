"""Payment methods: made from test ids, attached to customers, chosen for an invoice."""

from typing import Any

from stripe_sandbox import errors
from stripe_sandbox.context import Context
from stripe_sandbox.engine import cards
from stripe_sandbox.store import Doc

NO_ADDRESS = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))


def make(
    cx: Context,
    card: cards.TestCard,
    *,
    of: Doc | None = None,
    exp: tuple[int, int] = (12, 2034),
    billing_details: dict[str, Any] | None = None,
    metadata: dict[str, str] | None = None,
) -> Doc:
    """A payment method that behaves like a test card."""
    details = {"address": NO_ADDRESS, "email": None, "name": None, "phone": None, "tax_id": None}
    body = cards.card_details(card, *exp) if card.kind == "card" else cards.sepa_details(card)
    return cx.create(
        "payment_method",
        "pm_",
        of=of,
        allow_redisplay="unspecified",
        billing_details=details | (billing_details or {}),
        metadata=metadata or {},
        type=card.kind,
        _card=card.key,
        _saved=False,
        **{card.kind: body},
    )


def resolve(
    cx: Context, identifier: str, param: str = "payment_method", of: Doc | None = None
) -> Doc:
    """The stored method of an id; a test id such as pm_card_visa becomes a new one."""
    stored = cx.store.get("payment_method", identifier)
    if stored:
        return stored
    card = cards.find(identifier)
    if card is None:
        raise errors.ApiError(
            400, f"No such PaymentMethod: '{identifier}'", param=param, code="resource_missing"
        )
    return make(cx, card, of=of)


def card_of(method: Doc) -> cards.TestCard:
    return cards.BY_KEY[method["_card"]]


def attach(cx: Context, method: Doc, customer: Doc, *, checked: bool = True) -> Doc:
    """Give a method to a customer; the bank may refuse when it is checked."""
    if method["customer"] and method["customer"] != customer["id"]:
        raise errors.invalid(
            "The payment method you provided has already been attached to a customer."
        )
    refusal = card_of(method).attach
    if checked and refusal:
        raise errors.declined(refusal)
    if method["customer"] is None:
        method["customer"] = customer["id"]
        cx.save(method, "payment_method.attached")
    return method


def owned(cx: Context, identifier: str, customer: Doc, param: str) -> Doc:
    """A method that may pay for this customer; refuses somebody else's."""
    method = cx.store.get("payment_method", identifier)
    if method is None or method["customer"] != customer["id"]:
        raise errors.ApiError(
            400,
            "The customer does not have a payment method with the ID "
            f"{identifier}. The payment method must be attached to the customer.",
            param=param,
            code="resource_missing",
        )
    return method


def default_for(cx: Context, customer: Doc, *holders: Doc | None) -> Doc | None:
    """The method that pays: the invoice's, the subscription's, then the customer's default."""
    for holder in holders:
        if holder and holder.get("default_payment_method"):
            found = cx.optional("payment_method", holder["default_payment_method"])
            if found:
                return found
    return cx.optional(
        "payment_method", (customer["invoice_settings"] or {}).get("default_payment_method")
    )


def detach(cx: Context, method: Doc) -> Doc:
    """Take a method from its customer, and out of everything that would have used it."""
    customer = cx.optional("customer", method["customer"])
    if customer is None:
        raise errors.invalid(
            "The payment method you provided is not attached to a customer so detachment is "
            "impossible."
        )
    settings = customer["invoice_settings"]
    if settings["default_payment_method"] == method["id"]:
        before = cx.snapshot(customer)
        customer["invoice_settings"] = {**settings, "default_payment_method": None}
        cx.save(customer, "customer.updated", before)
    for sub in cx.store.all("subscription", customer=customer["id"]):
        if sub["default_payment_method"] == method["id"]:
            sub["default_payment_method"] = None
            cx.save(sub)
    former = cx.snapshot(method)
    method["customer"] = None
    return cx.save(method, "payment_method.detached", former)
