"""Everything that a true-up amounts to, for its workbook, its statement and the API.

Runs inside the organization's tenancy context or the staff's scope.
"""

from dataclasses import dataclass

from billing.models import Invoice, InvoiceLine, SeatLedgerEntry, Settlement, SettlementLine
from trueups.models import PersonEvidence, TrueUp, TrueUpLine
from trueups.selectors.settlements import settlement_of


@dataclass(frozen=True, slots=True)
class Compared:
    """One figure on both sides, in minor units; None where a side has none."""

    what: str
    ours_minor: int | None
    theirs_minor: int | None

    @property
    def difference_minor(self) -> int:
        """Stripe's figure less ours."""
        return (self.theirs_minor or 0) - (self.ours_minor or 0)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A true-up with its evidence, its settlement, and what Stripe and the ledger have of it."""

    true_up: TrueUp
    lines: list[TrueUpLine]
    people: list[PersonEvidence]
    settlement: Settlement | None
    settled_lines: list[SettlementLine]
    entries: list[SeatLedgerEntry]
    invoice: Invoice | None
    invoice_lines: list[InvoiceLine]

    @property
    def compared(self) -> list[Compared]:
        """Our lines beside Stripe's of the same words, then what only one side has."""
        if self.settlement is None:
            return []
        theirs = list(self.invoice_lines)
        found = []
        for line in self.settled_lines:
            partner = next((row for row in theirs if row.description == line.description), None)
            if partner is not None:
                theirs.remove(partner)
            amount = partner.amount_minor if partner else None
            found.append(Compared(line.description, line.amount_minor, amount))
        return found + [Compared(row.description, None, row.amount_minor) for row in theirs]

    @property
    def agrees(self) -> bool:
        """Whether Stripe's invoice and the ledger are ours to the cent; true without money."""
        if self.settlement is None or self.invoice is None:
            return self.settlement is None
        booked = sum(entry.amount_minor for entry in self.entries)
        return (
            all(row.difference_minor == 0 for row in self.compared)
            and self.invoice.tax_minor == self.settlement.tax_minor
            and self.invoice.total_minor == self.settlement.total_minor
            and (not self.entries or booked == self.settlement.total_minor)
        )


def sheet_of(true_up: TrueUp, *, with_people: bool) -> Sheet:
    """Return a true-up with all that belongs to it, in a bounded number of queries.

    `with_people` is whether the reader sees evidence per person (`trueups.selectors.evidence`).
    """
    settlement = settlement_of(true_up)
    invoice = settlement.invoice if settlement else None
    lines = list(true_up.lines.all())
    for line in lines:
        line.true_up = true_up
    return Sheet(
        true_up=true_up,
        lines=lines,
        people=list(true_up.people.all()) if with_people else [],
        settlement=settlement,
        settled_lines=list(settlement.lines.all()) if settlement else [],
        entries=list(SeatLedgerEntry.objects.filter(settlement=settlement).order_by("sequence"))
        if settlement
        else [],
        invoice=invoice,
        invoice_lines=list(invoice.lines.all()) if invoice else [],
    )
