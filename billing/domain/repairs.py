"""Which side to believe when our records and Stripe's differ, and what repairs it.

A person confirms a repair before it is carried out.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from billing.domain.reconciliation import Found, Kind, StrangerKind


class Repair(StrEnum):
    """What a person may confirm to end a difference."""

    MIRROR_AGAIN = "mirror_again"
    SET_QUANTITY = "set_quantity"
    CORRECT_LEDGER = "correct_ledger"
    SET_POOL = "set_pool"
    IMPORT_INVOICE = "import_invoice"
    LINK_CUSTOMER = "link_customer"
    AT_STRIPE = "at_stripe"
    ACCEPT = "accept"


class Side(StrEnum):
    """Who is right."""

    OURS = "ours"
    THEIRS = "theirs"
    NOBODY = "nobody"


class Why(StrEnum):
    """The reason for believing that side; the sentence for people is a selector's."""

    STRIPE_COLLECTS = "stripe_collects"
    STRIPE_KEEPS_DOCUMENTS = "stripe_keeps_documents"
    NOBODY_PAID_FOR_IT = "nobody_paid_for_it"
    SOMEBODY_PAID_FOR_IT = "somebody_paid_for_it"
    SEATS_WERE_PAID_FOR = "seats_were_paid_for"
    TERMS_ARE_OURS = "terms_are_ours"
    ONE_SUBSCRIPTION_EACH = "one_subscription_each"
    LEDGER_IS_THE_SUM = "ledger_is_the_sum"
    LEDGER_IS_NEVER_CHANGED = "ledger_is_never_changed"
    A_PERSON_MUST_FIND_OUT = "a_person_must_find_out"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The repair that fits, which side it believes, and why. `also` may be chosen instead."""

    repair: Repair
    right: Side
    why: Why
    also: tuple[Repair, ...] = ()

    def allows(self, repair: Repair) -> bool:
        """Whether a person may choose this repair; accepting with a note is always possible."""
        return repair in (self.repair, *self.also, Repair.ACCEPT) and repair is not Repair.AT_STRIPE


def suggest(found: Found, *, has_unexplained_payment: bool = False) -> Suggestion:
    """Return which side is right, why, and what repairs the difference.

    `has_unexplained_payment` says that the customer paid an invoice of this subscription that no
    entry of our ledger names.
    """
    match found.kind:
        case Kind.QUANTITY:
            return _suggest_quantity(found, has_unexplained_payment)
        case (
            Kind.BALANCE | Kind.PAYMENT_METHOD | Kind.STATUS | Kind.PERIOD | Kind.INVOICE_STATUS
            | Kind.INVOICE_PAID | Kind.PAYMENTS
        ):  # fmt: skip
            return Suggestion(Repair.MIRROR_AGAIN, Side.THEIRS, Why.STRIPE_COLLECTS)
        case Kind.SUBSCRIPTION_MISSING if found.theirs:
            return Suggestion(Repair.MIRROR_AGAIN, Side.THEIRS, Why.STRIPE_COLLECTS)
        case Kind.INVOICE_TOTAL | Kind.INVOICE_LINES:
            return Suggestion(Repair.MIRROR_AGAIN, Side.THEIRS, Why.STRIPE_KEEPS_DOCUMENTS)
        case Kind.INVOICE_UNKNOWN:
            return Suggestion(Repair.IMPORT_INVOICE, Side.THEIRS, Why.STRIPE_KEEPS_DOCUMENTS)
        case Kind.SUBSCRIPTION_UNKNOWN | Kind.TWO_SUBSCRIPTIONS:
            return Suggestion(Repair.AT_STRIPE, Side.OURS, Why.ONE_SUBSCRIPTION_EACH)
        case Kind.PRICE | Kind.COLLECTION | Kind.TAX | Kind.ITEMS | Kind.NEXT_QUANTITY:
            return Suggestion(Repair.AT_STRIPE, Side.OURS, Why.TERMS_ARE_OURS)
        case Kind.SEAT_POOL:
            return Suggestion(Repair.SET_POOL, Side.OURS, Why.LEDGER_IS_THE_SUM)
        case Kind.LEDGER | Kind.AMOUNT:
            return Suggestion(Repair.ACCEPT, Side.NOBODY, Why.LEDGER_IS_NEVER_CHANGED)
    return Suggestion(Repair.ACCEPT, Side.NOBODY, Why.A_PERSON_MUST_FIND_OUT)


def _suggest_quantity(found: Found, has_unexplained_payment: bool) -> Suggestion:
    more_at_stripe = int(found.theirs) > int(found.ours)
    if has_unexplained_payment and more_at_stripe:
        return Suggestion(
            Repair.CORRECT_LEDGER, Side.THEIRS, Why.SOMEBODY_PAID_FOR_IT, (Repair.SET_QUANTITY,)
        )
    return Suggestion(
        Repair.SET_QUANTITY,
        Side.OURS,
        Why.NOBODY_PAID_FOR_IT if more_at_stripe else Why.SEATS_WERE_PAID_FOR,
        (Repair.CORRECT_LEDGER,),
    )


def suggest_for_stranger(kind: StrangerKind) -> Suggestion:
    """Return what helps with an object at Stripe that belongs to no organization we know."""
    if kind is StrangerKind.CUSTOMER:
        return Suggestion(Repair.LINK_CUSTOMER, Side.NOBODY, Why.A_PERSON_MUST_FIND_OUT)
    return Suggestion(Repair.ACCEPT, Side.NOBODY, Why.A_PERSON_MUST_FIND_OUT)
