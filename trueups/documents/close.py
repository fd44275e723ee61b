"""The close of a quarter as a workbook or a table."""

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from openpyxl import Workbook

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
from trueups.selectors.close import Close, CloseRow, CloseTotal

_FIRST_SUM = 7
_SUMS = 5


def close_columns() -> list[str]:
    """Return the headings of the close."""
    return [
        _("Organization"),
        _("Quarter"),
        _("First day"),
        _("Last day"),
        _("State"),
        _("Currency"),
        _("Overage"),
        _("Credit for removals"),
        _("Total without tax"),
        _("Tax"),
        _("Invoiced"),
        _("Invoice"),
        _("Equal to Stripe"),
    ]


def close_row(row: CloseRow) -> list[Entry]:
    """Return one true-up; one that was called off has no amounts."""
    true_up = row.true_up
    currency = true_up.currency
    amounts: list[Entry] = [None] * _SUMS
    if row.is_counted:
        amounts = [
            Amount(minor, currency)
            for minor in (
                true_up.overage_minor,
                true_up.removal_minor,
                true_up.total_minor,
                row.tax_minor,
                row.invoiced_minor,
            )
        ]
    equal = {None: "", True: _("yes"), False: _("no")}[row.is_equal]
    return [
        true_up.organization.name,
        true_up.reference,
        row.days.first,
        row.days.last,
        capfirst(true_up.get_state_display()),
        currency,
        *amounts,
        row.number,
        equal,
    ]


def close_workbook(close: Close) -> bytes:
    """Return the close with a sheet for each currency and the days of its quarter.

    Each sum is a formula beside what was computed.
    """
    book = Workbook()
    book.remove(book.active)
    columns = [
        _("Currency"), _("First day"), _("Last day"), _("Number"), *close_columns()[6:11],
        _("Settled"), _("Open"),
    ]  # fmt: skip
    summary = add_sheet(book, _("Totals"), columns, [])
    for total in close.totals:
        days = total.days
        mine = [
            row
            for row in close.rows
            if row.is_counted and (row.days, row.true_up.currency) == (days, total.currency)
        ]
        title = f"{total.currency} {days.first.isoformat()} {days.last.isoformat()}"
        sheet = add_sheet(book, title, close_columns(), [close_row(row) for row in mine])
        last = sheet.max_row
        sums = [sum_of(sheet, _FIRST_SUM + place, last=last) for place in range(_SUMS)]
        label: list[Entry] = [total.currency, days.first, days.last, total.number]
        number = append_row(summary, [*label, *sums, *_split(total)])
        append_row(sheet, [_("Sum"), None, None, None, None, total.currency, *sums], strong=True)
        for place in range(_SUMS):
            own = currency_format(total.currency)
            summary.cell(number, 5 + place).number_format = own
            sheet.cell(last + 1, _FIRST_SUM + place).number_format = own
        checked = append_row(summary, [_("Computed"), None, None, None, *_amounts(total)])
        left = append_row(
            summary,
            [
                _("Difference"),
                None,
                None,
                None,
                *(Formula(f"={letter}{number}-{letter}{checked}") for letter in "EFGHI"),
                Formula(f"=J{number}+K{number}-G{number}"),
            ],
        )
        for column in range(5, 11):
            summary.cell(left, column).number_format = currency_format(total.currency)
    return finished(book)


def _amounts(total: CloseTotal) -> list[Entry]:
    return [
        Amount(minor, total.currency)
        for minor in (
            total.overage_minor,
            total.removal_minor,
            total.total_minor,
            total.tax_minor,
            total.invoiced_minor,
        )
    ]


def _split(total: CloseTotal) -> list[Entry]:
    return [Amount(total.settled_minor, total.currency), Amount(total.open_minor, total.currency)]
