"""The workbook of one true-up: summary, lines, evidence, ledger, Stripe's lines, differences."""

from collections.abc import Sequence

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from trueups.documents.tables import (
    Amount,
    Entry,
    Formula,
    add_sheet,
    append_row,
    currency_format,
    finished,
    sum_of,
)
from trueups.models import PersonEvidence
from trueups.selectors import words
from trueups.selectors.document import quarter_days
from trueups.selectors.sheet import Sheet

_LINE_AMOUNT, _BOOKED, _THEIRS, _THEIR_TAX = 6, 5, 3, 4


def workbook_of(sheet: Sheet) -> bytes:
    """Return the workbook in the active language, its times in the active zone."""
    book = Workbook()
    book.remove(book.active)
    summary = add_sheet(book, _("Summary"), [_("Figure"), _("Value")], _facts(sheet))
    lines = _lines(book, sheet)
    add_sheet(book, _("Evidence"), evidence_columns(), [evidence_row(p) for p in sheet.people])
    ledger = _ledger(book, sheet)
    theirs = _theirs(book, sheet)
    _differences(book, sheet)
    _sums(summary, sheet, lines, ledger, theirs)
    return finished(book)


def _facts(sheet: Sheet) -> list[Sequence[Entry]]:
    true_up = sheet.true_up
    first, last = quarter_days(true_up)
    rows: list[Sequence[Entry]] = [
        (_("Organization"), true_up.organization.name),
        (_("Quarter"), true_up.reference),
        (_("First day"), first),
        (_("Last day"), last),
        (_("State"), capfirst(true_up.get_state_display())),
        (_("Currency"), true_up.currency),
        (_("Seats purchased at the end of the quarter"), true_up.purchased_seats),
        (_("Most seats at once"), true_up.peak_seats),
        (_("Seats beyond what was bought"), true_up.overage_seats),
        (_("Share of the term"), true_up.share),
        (_("Signed by"), true_up.signed_by_label),
        (_("Signed at"), true_up.signed_at),
        (_("Signed a second time by"), true_up.second_signed_by_label),
        (_("Settled at"), true_up.settled_at),
    ]
    if sheet.invoice is not None:
        rows.append((_("Invoice"), str(sheet.invoice)))
    return rows


def line_columns() -> list[str]:
    """Return the headings of the lines."""
    return [
        _("Line"),
        _("Takes effect"),
        _("Seats from"),
        _("Seats to"),
        _("Share of the term"),
        _("Amount without tax"),
        _("Currency"),
        _("Arithmetic"),
    ]


def line_rows(sheet: Sheet) -> list[list[Entry]]:
    """Return the lines with their arithmetic in words."""
    return [
        [
            words.line_title(line),
            capfirst(line.get_takes_effect_display()),
            line.seats_from,
            line.seats_to,
            line.share,
            Amount(line.amount_minor, line.currency),
            line.currency,
            "; ".join(f"{step.words}: {step.value}" for step in words.arithmetic_steps(line)),
        ]
        for line in sheet.lines
    ]


def evidence_columns() -> list[str]:
    """Return the headings of the evidence."""
    return [
        _("Name"),
        _("Department"),
        _("Assigned since"),
        _("Last active"),
        _("Active days"),
        _("Features"),
        _("Inactive"),
        _("Decision"),
        _("Reason"),
        _("Decided by"),
        _("Decided at"),
    ]


def evidence_row(person: PersonEvidence) -> list[Entry]:
    """Return one person's evidence and what was decided."""
    return [
        person.name,
        person.department,
        person.assigned_since,
        person.last_active_on,
        person.active_days,
        ", ".join(str(feature.get("name", "")) for feature in person.features),
        _("yes") if person.is_inactive else _("no"),
        capfirst(person.get_decision_display()) if person.is_offered else "",
        person.reason,
        person.decided_by_label,
        person.decided_at,
    ]


def _lines(book: Workbook, sheet: Sheet) -> Worksheet:
    return add_sheet(book, _("Lines"), line_columns(), line_rows(sheet))


def _ledger(book: Workbook, sheet: Sheet) -> Worksheet:
    columns = [
        _("Cause"), _("Seats"), _("Seats after"), _("Effective at"), _("Amount with tax"),
        _("Currency"), _("By"),
    ]  # fmt: skip
    return add_sheet(
        book,
        _("Ledger"),
        columns,
        [
            [
                capfirst(entry.get_cause_display()),
                entry.seats_delta,
                entry.seats_after,
                entry.effective_at,
                Amount(entry.amount_minor, entry.currency),
                entry.currency,
                entry.actor_label,
            ]
            for entry in sheet.entries
        ],
    )


def _theirs(book: Workbook, sheet: Sheet) -> Worksheet:
    currency = sheet.true_up.currency
    columns = [_("Invoice"), _("Line"), _("Amount without tax"), _("Tax"), _("Currency")]
    return add_sheet(
        book,
        _("Stripe"),
        columns,
        [
            [
                str(sheet.invoice),
                line.description,
                Amount(line.amount_minor, currency),
                Amount(line.tax_minor, currency),
                currency,
            ]
            for line in sheet.invoice_lines
        ],
    )


def _differences(book: Workbook, sheet: Sheet) -> None:
    currency = sheet.true_up.currency
    own = add_sheet(
        book, _("Differences"), [_("Line"), _("Signed"), _("Stripe"), _("Difference")], []
    )
    for row in sheet.compared:
        number = own.max_row + 1
        append_row(
            own,
            [
                row.what,
                None if row.ours_minor is None else Amount(row.ours_minor, currency),
                None if row.theirs_minor is None else Amount(row.theirs_minor, currency),
                Formula(f"=C{number}-B{number}"),
            ],
        )
        own.cell(number, 4).number_format = currency_format(currency)
    last = own.max_row
    sums = [sum_of(own, column, last=last) for column in (2, 3, 4)]
    total = append_row(own, [_("Sum"), *sums], strong=True)
    for column in (2, 3, 4):
        own.cell(total, column).number_format = currency_format(currency)


def _sums(
    summary: Worksheet, sheet: Sheet, lines: Worksheet, ledger: Worksheet, theirs: Worksheet
) -> None:
    """Write each sum as a formula, beside the figure that the product computed, and what is left.

    What is left is zero on every row of a true-up that is settled.
    """
    true_up, settlement, currency = sheet.true_up, sheet.settlement, sheet.true_up.currency
    append_row(summary, [])
    append_row(
        summary, [_("Sum"), _("Of this workbook"), _("Computed"), _("Difference")], strong=True
    )
    checked: list[tuple[str, Formula, int]] = [
        (_("Lines without tax"), sum_of(lines, _LINE_AMOUNT), true_up.total_minor)
    ]
    if settlement is not None:
        net = settlement.total_minor - settlement.tax_minor
        if sheet.invoice is not None:
            checked += [
                (_("Stripe's lines without tax"), sum_of(theirs, _THEIRS), net),
                (_("Stripe's tax"), sum_of(theirs, _THEIR_TAX), settlement.tax_minor),
            ]
        if sheet.entries:
            checked.append((_("Ledger with tax"), sum_of(ledger, _BOOKED), settlement.total_minor))
    for label, formula, minor in checked:
        number = append_row(summary, [label, formula, Amount(minor, currency)])
        summary.cell(number, 4).value = f"=B{number}-C{number}"
        for column in (2, 4):
            summary.cell(number, column).number_format = currency_format(currency)
