"""Buys seats: reserve, commit, call Stripe, finish.

This module writes the intent and refuses what may not be bought; `charging` carries an intent out.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.errors import DomainError
from accounts.services.history import Actor, record
from accounts.templatetags.headroom import format_money
from accounts.tenancy import organization_context
from billing.domain.collection import room_minor
from billing.models import BillingAccount, Purchase, Quote, Settlement
from billing.models.purchase import LONGEST_PO_NUMBER
from billing.selectors.credit import credit_use
from billing.selectors.terms import Terms, current_terms
from billing.services.bounds import breaches_of, open_review
from billing.services.charging import advance_purchase
from billing.services.consent import check_consent, order_of
from billing.services.quotes import find_quote, is_still_right, quote_seats
from billing.services.renewal_plan import bump_plan
from seats.services.seats import lock_seat_pool
from seats.services.waiting import put_on_waiting_list


class QuoteChanged(DomainError):
    """The quote ran out, or the total is another one now. A new quote is at hand; see `quote`.

    Nothing was charged.
    """

    code: ClassVar[str] = "quote_changed"

    def __init__(self, message: str, *, quote: Quote) -> None:
        super().__init__(
            message,
            quote=str(quote.pk),
            total_minor=quote.total_now_minor,
            currency=quote.currency,
        )
        self.quote = quote


class PurchaseUnderWay(DomainError):
    """Another purchase of this organization is not finished. Nothing was charged for this one."""

    code: ClassVar[str] = "purchase_under_way"


class QuoteAlreadyBought(DomainError):
    """Somebody bought with this quote before, under another idempotency key."""

    code: ClassVar[str] = "quote_already_bought"


class IdempotencyKeyReused(DomainError):
    """The key belongs to a purchase of another quote."""

    code: ClassVar[str] = "idempotency_key_reused"
    status: ClassVar[int] = 422


class CardMissing(DomainError):
    """There is no card to charge."""

    code: ClassVar[str] = "card_missing"


class PaysByInvoice(DomainError):
    """The organization pays by invoice, and finance has not approved terms for it."""

    code: ClassVar[str] = "pays_by_invoice"


class ContractBeingApplied(DomainError):
    """The payment terms were just changed, and Stripe does not collect by them yet."""

    code: ClassVar[str] = "contract_being_applied"


class CreditLimitReached(DomainError):
    """More would be open on terms than was approved; paying an open invoice makes room."""

    code: ClassVar[str] = "credit_limit_reached"


class InvoiceOverdue(DomainError):
    """An invoice is overdue; nothing more is bought until it is paid."""

    code: ClassVar[str] = "invoice_overdue"


class PurchaseOrderNumberMissing(DomainError):
    """The organization agreed that every invoice names a purchase order."""

    code: ClassVar[str] = "po_number_missing"
    status: ClassVar[int] = 422
    field: ClassVar[str] = "po_number"


def purchase_seats(
    *,
    organization_id: int,
    quote_id: UUID,
    total_minor: int,
    idempotency_key: str,
    actor: Actor,
    now: datetime,
    po_number: str = "",
    membership_ids: Sequence[int] = (),
    waiting_entry_ids: Sequence[int] = (),
) -> Purchase:
    """Buy the seats of a quote for exactly `total_minor`; return the purchase as far as it got.

    The people of `membership_ids` are put on the waiting list with it; they, after the entries
    `waiting_entry_ids` that are on it already, are seated before everybody else who waits.

    Seats are granted on return when Stripe answers at once that it is paid. The same key returns
    the same purchase and charges nothing more. On terms they are granted when the invoice is
    issued, or the amount noted for the month. Must not run inside a transaction.

    Raises QuoteNotFound, QuoteChanged, QuoteAlreadyBought, IdempotencyKeyReused, PurchaseUnderWay,
    CardMissing, PaysByInvoice, ContractBeingApplied, CreditLimitReached, InvoiceOverdue,
    PurchaseOrderNumberMissing, ApprovalNeeded, PurchaseNeedsReview, and what `current_terms` and,
    for each person, `request_seat` raise.
    """
    purchase, is_new = reserve_purchase(
        organization_id=organization_id,
        quote_id=quote_id,
        total_minor=total_minor,
        idempotency_key=idempotency_key,
        actor=actor,
        now=now,
        po_number=po_number,
        membership_ids=membership_ids,
        waiting_entry_ids=waiting_entry_ids,
    )
    if not is_new:
        return purchase
    return advance_purchase(organization_id=organization_id, purchase_id=purchase.pk, now=now)


def reserve_purchase(
    *,
    organization_id: int,
    quote_id: UUID,
    total_minor: int,
    idempotency_key: str,
    actor: Actor,
    now: datetime,
    po_number: str = "",
    membership_ids: Sequence[int] = (),
    waiting_entry_ids: Sequence[int] = (),
) -> tuple[Purchase, bool]:
    """Store the intent to buy and commit it; return it and whether it is new.

    Raises as `purchase_seats` does.
    """
    with organization_context(organization_id, user_id=actor.user_id):
        lock_seat_pool(organization_id=organization_id)
        quote = find_quote(organization_id=organization_id, quote_id=quote_id)
        known = _known_purchase(quote, idempotency_key)
        if known is not None:
            return known, False
        _check_nothing_is_open(organization_id)
        terms = current_terms(organization_id, now)
        is_right = is_still_right(quote, terms, now)
        if is_right and total_minor == quote.total_now_minor:
            po_number = po_number.strip()
            check_can_pay(terms, quote, po_number, now)
            check_consent(order_of(quote, now))
            breaches, approval = breaches_of(quote, now)
            if not breaches or approval is not None:
                ordered_for = put_on_waiting_list(
                    organization_id=organization_id,
                    membership_ids=membership_ids,
                    actor=actor,
                    now=now,
                )
                entry_ids = [*waiting_entry_ids, *ordered_for]
                purchase = _write_purchase(quote, idempotency_key, actor, now, po_number, entry_ids)
                if approval is not None:
                    approval.purchase = purchase
                    approval.save(update_fields=["purchase"])
                return purchase, True
        else:
            breaches = ()
    # Outside of the lock: review and new quote stay although this attempt is refused.
    if breaches:
        raise open_review(quote=quote, breaches=breaches, actor=actor, now=now)
    if not is_right:
        quote = quote_seats(
            organization_id=organization_id,
            quantity=_quantity_again(quote, terms),
            price=quote.price,
            actor=actor,
            now=now,
        )
    raise QuoteChanged(_("The price has changed since. Nothing was charged."), quote=quote)


def _quantity_again(quote: Quote, terms: Terms) -> int:
    """Return the seats of the quote that replaces one that is not right any more."""
    if quote.price is not None and quote.price_id != terms.subscription.price_id:
        return max(quote.quantity_to, terms.quantity)
    return max(quote.quantity_to, terms.first_quantity or quote.quantity_to)


def _known_purchase(quote: Quote, idempotency_key: str) -> Purchase | None:
    purchase = Purchase.objects.filter(
        organization_id=quote.organization_id, idempotency_key=idempotency_key
    ).first()
    if purchase is not None:
        if purchase.quote_id != quote.pk:
            raise IdempotencyKeyReused(
                _("This idempotency key belongs to another purchase. Use a new one."),
                purchase=str(purchase.pk),
            )
        return purchase
    bought = Purchase.objects.filter(quote=quote).first()
    if bought is not None:
        raise QuoteAlreadyBought(
            _("This quote was bought already. Ask for a new one."), purchase=str(bought.pk)
        )
    return None


def _check_nothing_is_open(organization_id: int) -> None:
    under_way = Purchase.objects.unfinished().filter(organization_id=organization_id).first()
    if under_way is not None:
        raise PurchaseUnderWay(
            _("Another purchase is under way. Nothing was charged for this one."),
            purchase=str(under_way.pk),
        )
    if Settlement.objects.moving().filter(organization_id=organization_id).exists():
        raise PurchaseUnderWay(
            _("A true-up is being settled right now. Please try again in a minute.")
        )


def _check_card(account: BillingAccount) -> None:
    if account.collection == BillingAccount.Collection.INVOICE:
        raise PaysByInvoice(
            _("Your organization pays by invoice. Add a card, or ask your account manager.")
        )
    if not account.has_card:
        raise CardMissing(_("There is no card to charge. Add one first."))


def check_can_pay(terms: Terms, quote: Quote, po_number: str, now: datetime) -> None:
    """Refuse a purchase whose money could not come; the caller holds the seat pool locked.

    Raises CardMissing, PaysByInvoice, ContractBeingApplied, CreditLimitReached, InvoiceOverdue,
    PurchaseOrderNumberMissing.
    """
    contract = terms.contract
    if contract is not None and contract.applied_at is None:
        raise ContractBeingApplied(
            _("Your payment terms are being changed. Please try again in a minute.")
        )
    if not quote.snapshot().has_invoice:
        return
    if quote.collection == Purchase.Collection.CARD:
        _check_card(terms.account)
        return
    _check_credit(terms, quote, now)
    if contract is not None and contract.needs_po_number and not po_number:
        raise PurchaseOrderNumberMissing(
            _("Enter the purchase order number that the invoice is to name.")
        )
    if quote.collection == Purchase.Collection.MONTHLY and not terms.conditions.by_invoice:
        _check_card(terms.account)


def _check_credit(terms: Terms, quote: Quote, now: datetime) -> None:
    use = credit_use(quote.organization_id, now)
    if use.overdue is not None:
        raise InvoiceOverdue(
            _("Invoice %(number)s is overdue. Seats can be added as soon as it is paid.")
            % {"number": use.overdue},
            invoice=str(use.overdue),
        )
    room = room_minor(terms.conditions, open_minor=use.open_minor, noted_minor=use.noted_minor)
    if quote.total_now_minor > room:
        raise CreditLimitReached(
            _(
                "This is more than may be open on terms: %(room)s are left. Pay an open invoice, "
                "choose fewer seats, or ask us for a higher limit."
            )
            % {"room": format_money(room, quote.currency)},
            room_minor=room,
            currency=quote.currency,
        )


def _write_purchase(
    quote: Quote,
    idempotency_key: str,
    actor: Actor,
    now: datetime,
    po_number: str,
    waiting_entry_ids: list[int],
) -> Purchase:
    purchase = Purchase.objects.create(
        organization_id=quote.organization_id,
        subscription_id=quote.subscription_id,
        quote=quote,
        idempotency_key=idempotency_key,
        kind=quote.kind,
        price=quote.price,
        quantity_from=quote.quantity_from,
        quantity_to=quote.quantity_to,
        currency=quote.currency,
        total_minor=quote.total_now_minor,
        collection=quote.collection,
        net_days=quote.net_days,
        po_number=po_number[:LONGEST_PO_NUMBER],
        waiting_entry_ids=waiting_entry_ids,
        requested_by_id=actor.user_id,
        actor_label=actor.label[:200],
        created_at=now,
    )
    if quote.price is not None:
        # Paying for another price lets go of the plan at Stripe; afterwards it is told again.
        bump_plan(quote.subscription)
    record(
        actor=actor,
        verb="purchase_reserved",
        subject=purchase,
        organization_id=quote.organization_id,
        now=now,
        changes={"seats": purchase.seats, "total_minor": purchase.total_minor},
    )
    return purchase
