"""Customers and their cards. Card numbers are typed on Stripe's own pages, never on ours."""

from typing import Any

from billing.gateways.stripe.connection import client, keyed, mapped_errors
from billing.gateways.stripe.reading import PO_NUMBER_FIELD, id_of, read_card, read_customer
from billing.gateways.stripe.states import CardState, CustomerState, SetupState

_DEFAULT_CARD = "invoice_settings.default_payment_method"


def create_customer(
    *,
    name: str,
    email: str,
    address: dict[str, str],
    organization: str,
    idempotency_key: str,
    test_clock_id: str = "",
) -> CustomerState:
    """Create the customer of an organization, whose external id is kept as metadata."""
    params: dict[str, Any] = {
        "name": name,
        "email": email,
        "metadata": {"organization": organization},
        "expand": [_DEFAULT_CARD],
    }
    filled = {key: value for key, value in address.items() if value}
    if filled:
        params["address"] = filled
    if test_clock_id:
        params["test_clock"] = test_clock_id
    with mapped_errors():
        return read_customer(
            client().v1.customers.create(params, keyed(idempotency_key))  # type: ignore[arg-type]
        )


def update_details(
    *,
    customer_id: str,
    name: str,
    email: str,
    address: dict[str, str],
    po_number: str,
    idempotency_key: str,
) -> None:
    """Write who pays; later invoices carry it, with the order number among their fields."""
    fields = [{"name": PO_NUMBER_FIELD, "value": po_number}]
    params: dict[str, Any] = {
        "name": name,
        "email": email,
        # An empty part is cleared, so that nothing of an earlier address is left.
        "address": address,
        "invoice_settings": {"custom_fields": fields if po_number else ""},
    }
    with mapped_errors():
        client().v1.customers.update(
            customer_id,
            params,  # type: ignore[arg-type]
            keyed(idempotency_key),
        )


def put_tax_id(*, customer_id: str, kind: str, value: str, idempotency_key: str) -> str:
    """Let a customer have exactly this tax id, or none without a value; return its id."""
    kept = ""
    with mapped_errors():
        page = client().v1.customers.tax_ids.list(customer_id)
        for known in list(page.auto_paging_iter()):
            if not kept and value and (known.type, known.value) == (kind, value):
                kept = known.id
            else:
                client().v1.customers.tax_ids.delete(customer_id, known.id)
        if value and not kept:
            params: dict[str, Any] = {"type": kind, "value": value}
            made = client().v1.customers.tax_ids.create(
                customer_id,
                params,  # type: ignore[arg-type]
                keyed(idempotency_key),
            )
            kept = made.id
    return kept


def retrieve_customer(customer_id: str) -> CustomerState:
    """Return a customer with the default card and the credit balance."""
    with mapped_errors():
        return read_customer(
            client().v1.customers.retrieve(customer_id, {"expand": [_DEFAULT_CARD]})
        )


def attach_card(
    *, customer_id: str, payment_method_id: str, idempotency_key: str
) -> CardState | None:
    """Give a customer a payment method; raises CardDeclined when the bank refuses it."""
    with mapped_errors():
        return read_card(
            client().v1.payment_methods.attach(
                payment_method_id, {"customer": customer_id}, keyed(idempotency_key)
            )
        )


def set_default_card(
    *, customer_id: str, payment_method_id: str, idempotency_key: str
) -> CustomerState:
    """Let invoices of a customer be paid with an attached card."""
    with mapped_errors():
        return read_customer(
            client().v1.customers.update(
                customer_id,
                {
                    "invoice_settings": {"default_payment_method": payment_method_id},
                    "expand": [_DEFAULT_CARD],
                },
                keyed(idempotency_key),
            )
        )


def create_setup_session(
    *, customer_id: str, currency: str, success_url: str, cancel_url: str, idempotency_key: str
) -> str:
    """Return the address of Stripe's page where a card is added without paying."""
    with mapped_errors():
        session = client().v1.checkout.sessions.create(
            {
                "mode": "setup",
                "customer": customer_id,
                "currency": currency.lower(),
                "success_url": success_url,
                "cancel_url": cancel_url,
            },
            keyed(idempotency_key),
        )
    return session.url or ""


def retrieve_setup_session(session_id: str) -> SetupState:
    """Return how a card page ended."""
    with mapped_errors():
        session = client().v1.checkout.sessions.retrieve(session_id, {"expand": ["setup_intent"]})
    intent = session.setup_intent
    method = None if intent is None or isinstance(intent, str) else intent.payment_method
    return SetupState(
        customer_id=id_of(session.customer),
        is_complete=session.status == "complete",
        payment_method_id=id_of(method),
    )


def create_portal_session(*, customer_id: str, return_url: str) -> str:
    """Return the address of Stripe's page where cards are managed."""
    with mapped_errors():
        session = client().v1.billing_portal.sessions.create(
            {"customer": customer_id, "return_url": return_url}
        )
    return session.url
