"""What came of an invoice besides its payment: charges, refunds, credit notes."""

import stripe

from billing.gateways.stripe.connection import client, mapped_errors
from billing.gateways.stripe.reading import read_charge, read_credit_note
from billing.gateways.stripe.states import ChargeState, CreditNoteState

_PAGE = 100


def retrieve_charge(charge_id: str) -> ChargeState:
    """Return a charge as it is now."""
    with mapped_errors():
        return read_charge(client().v1.charges.retrieve(charge_id))


def charge_of_intent(intent_id: str) -> ChargeState | None:
    """Return the charge that paid an intent; None while nothing was charged."""
    with mapped_errors():
        intent = client().v1.payment_intents.retrieve(intent_id, {"expand": ["latest_charge"]})
        charge = intent.latest_charge
        return None if charge is None or isinstance(charge, str) else read_charge(charge)


def retrieve_credit_note(credit_note_id: str) -> CreditNoteState:
    """Return a credit note with all its lines."""
    with mapped_errors():
        note = client().v1.credit_notes.retrieve(credit_note_id)
        return read_credit_note(note, _all_lines(note))


def credit_notes_of(invoice_id: str) -> tuple[CreditNoteState, ...]:
    """Return every credit note of an invoice, the newest first."""
    with mapped_errors():
        page = client().v1.credit_notes.list({"invoice": invoice_id, "limit": _PAGE})
        return tuple(read_credit_note(note, _all_lines(note)) for note in page.auto_paging_iter())


def _all_lines(note: stripe.CreditNote) -> list[stripe.CreditNoteLineItem] | None:
    if not note.lines.has_more:
        return None
    page = client().v1.credit_notes.line_items.list(note.id, {"limit": _PAGE})
    return list(page.auto_paging_iter())
