"""Tables of the catalog, subscriptions, purchases, the seat ledger and what Stripe told us."""

from billing.models.account import BillingAccount
from billing.models.approval import ApprovalAmount
from billing.models.bounds import (
    AmountLimit,
    InvoiceHold,
    OrganizationLimits,
    PurchaseReview,
    VendorLimits,
)
from billing.models.catalog import Plan, Price, PriceTier, TaxRate
from billing.models.contract import CollectedInvoice, Contract
from billing.models.credit_note import CreditNote, CreditNoteLine
from billing.models.discount import CreditGrant, SubscriptionDiscount
from billing.models.drafts import PriceDraft
from billing.models.dunning import (
    DunningCase,
    DunningNotice,
    DunningPolicy,
    InvoicePaymentAttempt,
)
from billing.models.invoice import Invoice, InvoiceLine, Payment
from billing.models.ledger import SeatLedgerEntry
from billing.models.minimum import MinimumAbandoned, MinimumWaiver
from billing.models.price_move import PriceMigration, PriceMove
from billing.models.purchase import Purchase
from billing.models.quote import Quote
from billing.models.reconciliation import Difference, Incident, ReconciliationRun, Stranger
from billing.models.saved_quote import SavedQuote
from billing.models.scheduled_change import ScheduledChange
from billing.models.seller import Seller
from billing.models.settlement import Settlement, SettlementLine
from billing.models.start import SubscriptionStart
from billing.models.subscription import Subscription, SubscriptionPeriod
from billing.models.tax import TaxRule
from billing.models.webhook import WebhookEvent

__all__ = [
    "AmountLimit",
    "ApprovalAmount",
    "BillingAccount",
    "CollectedInvoice",
    "Contract",
    "CreditGrant",
    "CreditNote",
    "CreditNoteLine",
    "Difference",
    "DunningCase",
    "DunningNotice",
    "DunningPolicy",
    "Incident",
    "Invoice",
    "InvoiceHold",
    "InvoiceLine",
    "InvoicePaymentAttempt",
    "MinimumAbandoned",
    "MinimumWaiver",
    "OrganizationLimits",
    "Payment",
    "Plan",
    "Price",
    "PriceDraft",
    "PriceMigration",
    "PriceMove",
    "PriceTier",
    "Purchase",
    "PurchaseReview",
    "Quote",
    "ReconciliationRun",
    "SavedQuote",
    "ScheduledChange",
    "SeatLedgerEntry",
    "Seller",
    "Settlement",
    "SettlementLine",
    "Stranger",
    "Subscription",
    "SubscriptionDiscount",
    "SubscriptionPeriod",
    "SubscriptionStart",
    "TaxRate",
    "TaxRule",
    "VendorLimits",
    "WebhookEvent",
]
