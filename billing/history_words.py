"""The history of prices, purchases, payments and the ledger in words."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, ngettext

from accounts.history_registry import HistoryWords
from accounts.models import HistoryEntry
from accounts.templatetags.headroom import number

_STATUSES: Final[dict[str, Promise]] = {
    "reserved": gettext_lazy("being set up"),
    "incomplete": gettext_lazy("waiting for its first payment"),
    "incomplete_expired": gettext_lazy("ended without a payment"),
    "trialing": gettext_lazy("in trial"),
    "active": gettext_lazy("active"),
    "past_due": gettext_lazy("behind with a payment"),
    "unpaid": gettext_lazy("unpaid"),
    "canceled": gettext_lazy("canceled"),
    "paused": gettext_lazy("paused"),
}


def _status(entry: HistoryEntry) -> str:
    return str(_STATUSES.get(entry.changes.get("to", ""), ""))


def _seats(count: str, entry: HistoryEntry) -> str:
    if not count.isdecimal():
        return entry.object_label
    return ngettext("%(n)s seat", "%(n)s seats", int(count)) % {"n": number(int(count))}


def _purchase(entry: HistoryEntry) -> str:
    """A purchase is known by its seats."""
    return _seats(entry.object_label.split(" ")[0], entry)


def _subscription(entry: HistoryEntry) -> str:
    """A subscription is known by its seats, where they are told."""
    return _seats(str(entry.changes.get("seats", "")), entry)


WORDS: Final = HistoryWords(
    sentences={
        "dunning_opened": gettext_lazy("The invoice %(subject)s is overdue"),
        "dunning_reminded": gettext_lazy("A reminder of the invoice %(subject)s was sent"),
        "dunning_restricted": gettext_lazy(
            "Buying is on hold until the invoice %(subject)s is paid"
        ),
        "dunning_end_asked": gettext_lazy("The time to pay the invoice %(subject)s is over"),
        "dunning_ended": gettext_lazy("The invoice %(subject)s was not paid in time"),
        "dunning_closed": gettext_lazy("The invoice %(subject)s is settled"),
        "dunning_paused": gettext_lazy("%(actor)s paused the reminders of the invoice %(subject)s"),
        "dunning_resumed": gettext_lazy(
            "%(actor)s resumed the reminders of the invoice %(subject)s"
        ),
        "dunning_policy_changed": gettext_lazy("%(actor)s changed what happens to unpaid invoices"),
        "payment_asked": gettext_lazy("%(actor)s paid the open invoice %(subject)s by card"),
        "payment_taken": gettext_lazy("The invoice %(subject)s was paid by card"),
        "payment_refused": gettext_lazy("The bank refused the payment of the invoice %(subject)s"),
        "payment_to_confirm": gettext_lazy("The bank asks to confirm the payment of %(subject)s"),
        "minimum_waived": gettext_lazy("%(actor)s lowered the minimum of a plan: %(subject)s"),
        "minimum_waiver_ended": gettext_lazy("%(actor)s ended a lower minimum: %(subject)s"),
        "minimum_abandoned": gettext_lazy(
            "%(actor)s needs %(seats)s seats, fewer than the minimum of %(to)s"
        ),
        "purchase_reserved": gettext_lazy("%(actor)s ordered %(subject)s"),
        "purchase_awaiting_payment": gettext_lazy("The order of %(subject)s waits for its payment"),
        "purchase_requires_action": gettext_lazy(
            "The bank asked to confirm the order of %(subject)s"
        ),
        "purchase_on_terms": gettext_lazy("The order of %(subject)s was approved on terms"),
        "purchase_paid": gettext_lazy("The order of %(subject)s was paid"),
        "purchase_failed": gettext_lazy("The order of %(subject)s did not go through"),
        "purchase_expired": gettext_lazy("The order of %(subject)s expired unpaid"),
        "seats_purchased": gettext_lazy(
            "%(actor)s bought seats: %(seats_to)s instead of %(seats_from)s"
        ),
        "subscription_started": gettext_lazy("The subscription started: %(subject)s"),
        "subscription_renewed": gettext_lazy("The subscription was renewed: %(subject)s"),
        "subscription_status_changed": gettext_lazy("The subscription is %(status)s now"),
        "start_chosen": gettext_lazy("%(actor)s chose a plan: %(subject)s"),
        "start_asked": gettext_lazy("The subscription is being started: %(subject)s"),
        "start_requires_action": gettext_lazy("The bank asked to confirm the first payment"),
        "start_failed": gettext_lazy("The subscription did not start: %(subject)s"),
        "start_withdrawn": gettext_lazy("%(actor)s gave up the choice of a plan: %(subject)s"),
        "trial_ended_early": gettext_lazy("%(actor)s ended the trial and started to pay"),
        "trial_end_refused": gettext_lazy("The bank refused the payment that ends the trial"),
        "trial_ends_soon": gettext_lazy("The trial ends soon: %(subject)s"),
        "tax_rule_changed": gettext_lazy("%(actor)s changed the tax rate of %(subject)s"),
        "tax_changed": gettext_lazy("The tax of later invoices changed"),
        "tax_exempted": gettext_lazy("%(actor)s exempted the organization from tax"),
        "tax_exemption_ended": gettext_lazy("%(actor)s ended the exemption from tax"),
        "discount_granted": gettext_lazy("%(actor)s granted a discount of %(subject)s"),
        "discount_started": gettext_lazy("A discount of %(subject)s reduces invoices from now on"),
        "discount_end_asked": gettext_lazy("%(actor)s ended the discount of %(subject)s"),
        "discount_ended": gettext_lazy("The discount of %(subject)s is over"),
        "credit_granted": gettext_lazy("%(actor)s granted a credit: %(subject)s"),
        "credit_proposed": gettext_lazy("%(actor)s asked for a credit: %(subject)s"),
        "credit_approved": gettext_lazy("%(actor)s approved the credit: %(subject)s"),
        "credit_turned_down": gettext_lazy("%(actor)s refused the credit: %(subject)s"),
        "approval_amounts_changed": gettext_lazy(
            "%(actor)s changed the amounts in %(subject)s that need two people"
        ),
        "credit_booked": gettext_lazy("A credit was booked: %(subject)s"),
        "contract_approved": gettext_lazy("%(actor)s approved how you pay: %(subject)s"),
        "settlement_reserved": gettext_lazy("%(actor)s signed the amounts of %(subject)s"),
        "settlement_drafted": gettext_lazy("The invoice of %(subject)s was drawn up and agrees"),
        "settlement_stopped": gettext_lazy("The invoice of %(subject)s differs and was stopped"),
        "settlement_issued": gettext_lazy("The invoice of %(subject)s was issued"),
        "settlement_on_terms": gettext_lazy("The invoice of %(subject)s was sent on terms"),
        "settlement_paid": gettext_lazy("The invoice of %(subject)s was settled"),
        "settlement_applying": gettext_lazy("The seats of %(subject)s are being changed"),
        "settlement_granted": gettext_lazy("The seats of %(subject)s were changed"),
        "settlement_settled": gettext_lazy("%(subject)s is settled"),
        "settlement_failed": gettext_lazy("The invoice of %(subject)s was given up"),
        "settlement_lapsed": gettext_lazy("%(subject)s was paid after its term"),
        "month_collected": gettext_lazy("Small additions were put on one invoice: %(subject)s"),
        "subscription_ended": gettext_lazy("The subscription ended and its seats with it"),
        "price_changed": gettext_lazy("%(actor)s changed plan or interval"),
        "seats_change_planned": gettext_lazy(
            "%(actor)s planned %(to)s seats for the renewal instead of %(from)s"
        ),
        "price_change_planned": gettext_lazy("%(actor)s planned another price for the renewal"),
        "cancellation_change_planned": gettext_lazy(
            "%(actor)s canceled the subscription at the end of its period"
        ),
        "scheduled_change_applied": gettext_lazy("The planned change took effect: %(subject)s"),
        "scheduled_change_undone": gettext_lazy(
            "%(actor)s took the planned change back: %(subject)s"
        ),
        "scheduled_change_superseded": gettext_lazy("The planned change was replaced: %(subject)s"),
        "scheduled_change_postponed": gettext_lazy(
            "The planned change waits for the next renewal: %(subject)s"
        ),
        "card_changed": gettext_lazy("The card was changed"),
        "card_removed": gettext_lazy("The card was removed"),
        "quote_saved": gettext_lazy("%(actor)s kept the quote %(subject)s"),
        "seller_changed": gettext_lazy("%(actor)s changed who sells: %(subject)s"),
        "billing_details_changed": gettext_lazy("%(actor)s changed the billing details"),
        "credit_note_issued": gettext_lazy("The credit note %(subject)s was issued"),
        "credit_note_voided": gettext_lazy("The credit note %(subject)s was taken back"),
        "incident_opened": gettext_lazy("A payment needs a look: %(subject)s"),
        "noted_lines_repaired": gettext_lazy(
            "%(actor)s corrected the noted amounts to the quote: %(subject)s"
        ),
        "event_processed_again": gettext_lazy(
            "%(actor)s had the event %(subject)s processed again"
        ),
        "incident_closed": gettext_lazy("%(actor)s closed the look at a payment: %(subject)s"),
        "plan_created": gettext_lazy("%(actor)s made the plan %(subject)s"),
        "plan_retired": gettext_lazy("%(actor)s took the plan %(subject)s off sale"),
        "difference_found": gettext_lazy("A comparison with Stripe found: %(subject)s"),
        "difference_opened_again": gettext_lazy("It differs from Stripe again: %(subject)s"),
        "difference_gone": gettext_lazy("Both sides agree by themselves: %(subject)s"),
        "repair_proposed": gettext_lazy("%(actor)s proposed a repair: %(subject)s"),
        "difference_repaired": gettext_lazy("%(actor)s repaired: %(subject)s"),
        "difference_accepted": gettext_lazy("%(actor)s accepted as it is: %(subject)s"),
        "stranger_found": gettext_lazy("Stripe has something of nobody we know: %(subject)s"),
        "stranger_gone": gettext_lazy("Stripe does not have it any more: %(subject)s"),
        "stranger_accepted": gettext_lazy("%(actor)s accepted as it is: %(subject)s"),
        "stranger_repaired": gettext_lazy("%(actor)s found whose it is: %(subject)s"),
        "customer_linked": gettext_lazy("%(actor)s linked the customer at Stripe"),
        "limits_changed": gettext_lazy("%(actor)s changed the safety limits"),
        "review_opened": gettext_lazy("An order of %(subject)s waits for a review"),
        "review_approved": gettext_lazy("%(actor)s approved the order of %(subject)s"),
        "review_refused": gettext_lazy("%(actor)s refused the order of %(subject)s"),
        "renewal_held": gettext_lazy("The invoice of a renewal is held back: %(subject)s"),
        "renewal_seen_too_late": gettext_lazy(
            "The invoice of a renewal is out of pattern: %(subject)s"
        ),
        "renewal_released": gettext_lazy(
            "%(actor)s released the invoice of a renewal: %(subject)s"
        ),
        "renewal_voided": gettext_lazy("%(actor)s voided the invoice of a renewal: %(subject)s"),
        "price_published": gettext_lazy("%(actor)s published the price %(subject)s"),
        "price_retired": gettext_lazy("%(actor)s took the price %(subject)s off sale"),
        "price_migration_started": gettext_lazy("%(actor)s began to move subscribers: %(subject)s"),
        "price_move_planned": gettext_lazy("%(actor)s put the move to another price in line"),
        "price_move_scheduled": gettext_lazy("The renewal will bring another price: %(subject)s"),
        "price_move_moved": gettext_lazy("The move to another price is complete: %(subject)s"),
        "price_move_failed": gettext_lazy("The move to another price was not possible"),
        "price_move_withdrawing": gettext_lazy("%(actor)s takes the move to another price back"),
        "price_move_undone": gettext_lazy("The move to another price was taken back"),
        "price_move_replaced": gettext_lazy("Another plan took the place of the move"),
        "price_draft_created": gettext_lazy("%(actor)s began the draft %(subject)s"),
        "price_draft_changed": gettext_lazy("%(actor)s changed the draft %(subject)s"),
        "price_draft_discarded": gettext_lazy("%(actor)s discarded the draft %(subject)s"),
    },
    icons={
        "seats_purchased": "seats",
        "purchase_failed": "error",
        "settlement_stopped": "error",
        "settlement_failed": "error",
        "settlement_lapsed": "warning",
        "card_changed": "card",
        "incident_opened": "warning",
        "price_published": "price",
    },
    fields={
        "payer_name": gettext_lazy("Payer"),
        "payer_email": gettext_lazy("E-mail address for invoices"),
        "address_line1": gettext_lazy("Street"),
        "address_line2": gettext_lazy("More address"),
        "postal_code": gettext_lazy("Postal code"),
        "city": gettext_lazy("City"),
        "country": gettext_lazy("Country"),
        "vat_id": gettext_lazy("VAT id"),
        "po_number": gettext_lazy("Purchase order number"),
        "card": gettext_lazy("Card"),
        "collection": gettext_lazy("Collection"),
        "net_days": gettext_lazy("Days to pay"),
        "credit_limit_minor": gettext_lazy("Credit limit"),
        "needs_po_number": gettext_lazy("Purchase order number needed"),
        "cadence": gettext_lazy("Invoices"),
        "monthly_below_minor": gettext_lazy("Small is below"),
        "rate": gettext_lazy("Rate in %"),
        "months": gettext_lazy("Months"),
    },
    choices={
        "reason": {
            "subscription_ended": gettext_lazy("The subscription ended."),
        },
    },
    vendor_objects=("pricemove", "incident", "difference", "invoicehold", "organizationlimits"),
    vendor_verbs=("credit_proposed", "credit_approved", "credit_turned_down"),
    placeholders={"status": _status},
    subjects={
        "purchase": _purchase,
        "purchasereview": _purchase,
        "subscription": _subscription,
    },
)
