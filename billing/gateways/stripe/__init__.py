"""The only package that knows Stripe. It returns our dataclasses, never Stripe's objects.

Every function that changes something takes the idempotency key of an intent that was stored
before the call. Every function may raise the errors of `errors`, and no other.
"""

from billing.gateways.stripe.audit import (
    correct_quantity,
    customer_side,
    invoice_side,
    iterate_customer_sides,
    iterate_invoice_sides,
    iterate_payment_sides,
    iterate_subscription_sides,
    subscription_side,
)
from billing.gateways.stripe.catalog import create_price, create_product, create_tax_rate
from billing.gateways.stripe.connection import client, stripe_is_reachable
from billing.gateways.stripe.customers import (
    attach_card,
    create_customer,
    create_portal_session,
    create_setup_session,
    retrieve_customer,
    retrieve_setup_session,
    set_default_card,
)
from billing.gateways.stripe.discounts import (
    add_credit,
    create_coupon,
    redeem_coupon,
    remove_discounts,
)
from billing.gateways.stripe.documents import (
    charge_of_intent,
    credit_notes_of,
    retrieve_charge,
    retrieve_credit_note,
)
from billing.gateways.stripe.errors import (
    BadSignature,
    CardDeclined,
    GatewayError,
    GatewayFault,
    NotAtStripe,
    TemporarilyUnavailable,
)
from billing.gateways.stripe.invoices import (
    find_change_invoice,
    iterate_open_invoices,
    preview_increase,
    retrieve_invoice,
    void_invoice,
)
from billing.gateways.stripe.states import (
    BuyerState,
    CardState,
    ChargeState,
    CreditNoteLineState,
    CreditNoteState,
    CustomerState,
    DiscountState,
    EventNotice,
    InvoiceLineState,
    InvoiceState,
    PaymentState,
    PreviewState,
    SetupState,
    SubscriptionState,
)
from billing.gateways.stripe.subscriptions import (
    create_subscription,
    iterate_subscriptions,
    retrieve_subscription,
    set_quantity,
)
from billing.gateways.stripe.webhooks import read_event

__all__ = [
    "BadSignature",
    "BuyerState",
    "CardDeclined",
    "CardState",
    "ChargeState",
    "CreditNoteLineState",
    "CreditNoteState",
    "CustomerState",
    "DiscountState",
    "EventNotice",
    "GatewayError",
    "GatewayFault",
    "InvoiceLineState",
    "InvoiceState",
    "NotAtStripe",
    "PaymentState",
    "PreviewState",
    "SetupState",
    "SubscriptionState",
    "TemporarilyUnavailable",
    "add_credit",
    "attach_card",
    "charge_of_intent",
    "client",
    "correct_quantity",
    "create_coupon",
    "create_customer",
    "create_portal_session",
    "create_price",
    "create_product",
    "create_setup_session",
    "create_subscription",
    "create_tax_rate",
    "credit_notes_of",
    "customer_side",
    "find_change_invoice",
    "invoice_side",
    "iterate_customer_sides",
    "iterate_invoice_sides",
    "iterate_open_invoices",
    "iterate_payment_sides",
    "iterate_subscription_sides",
    "iterate_subscriptions",
    "preview_increase",
    "read_event",
    "redeem_coupon",
    "remove_discounts",
    "retrieve_charge",
    "retrieve_credit_note",
    "retrieve_customer",
    "retrieve_invoice",
    "retrieve_setup_session",
    "retrieve_subscription",
    "set_default_card",
    "set_quantity",
    "stripe_is_reachable",
    "subscription_side",
    "void_invoice",
]
