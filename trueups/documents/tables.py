"""Sheets of a workbook: typed cells, sums as formulas, nothing that a cell's text could run.

A sum stands beside the figure that the product computed, so that whoever opens the workbook sees
both agree.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.http import HttpResponse
from django.utils import timezone
from openpyxl import Workbook
from openpyxl.cell import Cell as SheetCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from accounts.exports import Cell, safe_text
from billing.domain.money import Money, exponent
from trueups.documents.figures import with_figures

_BOLD: Final = Font(bold=True)
_WIDEST: Final = 60
_NOT_IN_A_TITLE: Final = re.compile(r"[\[\]:*?/\\]")
_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Formula(str):
    """A formula that the product wrote itself."""

    __slots__ = ()


class Amount:
    """An amount in minor units, written as a number in the currency's own decimals."""

    def __init__(self, minor: int, currency: str) -> None:
        self.money = Money(minor, currency)


type Entry = Cell | Formula | Amount


def currency_format(currency: str) -> str:
    """Return how a spreadsheet shows amounts of a currency."""
    places = exponent(currency)
    return "#,##0" + (f".{'0' * places}" if places else "")


def add_sheet(
    book: Workbook, title: str, columns: Sequence[str], rows: Sequence[Sequence[Entry]]
) -> Worksheet:
    """Add a sheet with a heading row that stays in view; return it."""
    sheet: Worksheet = book.create_sheet(_NOT_IN_A_TITLE.sub(" ", title)[:31])
    sheet.freeze_panes = "A2"
    for column, words in enumerate(columns, start=1):
        cell = sheet.cell(1, column, safe_text(str(words)))
        cell.font = _BOLD
    for row in rows:
        append_row(sheet, row)
    return sheet


def append_row(sheet: Worksheet, row: Sequence[Entry], *, strong: bool = False) -> int:
    """Write a row below the last one; return its number."""
    number: int = sheet.max_row + 1
    for column, value in enumerate(row, start=1):
        cell = sheet.cell(number, column)
        _write(cell, value)
        if strong:
            cell.font = _BOLD
    return number


def _write(cell: SheetCell, value: Entry) -> None:
    if isinstance(value, Amount):
        cell.value = value.money.decimal
        cell.number_format = currency_format(value.money.currency)
    elif isinstance(value, Formula):
        cell.value = str(value)
    elif isinstance(value, datetime):
        cell.value = timezone.localtime(value).replace(tzinfo=None, microsecond=0)
    elif isinstance(value, str):
        cell.value = safe_text(value)
        # Text that begins like a formula stays text.
        cell.data_type = "s"
    else:
        cell.value = value


def sum_of(sheet: Worksheet, column: int, *, first: int = 2, last: int | None = None) -> Formula:
    """Return the sum of a column of a sheet, for any sheet of the workbook; 0 without rows."""
    end = sheet.max_row if last is None else last
    if end < first:
        return Formula("=0")
    letter = get_column_letter(column)
    title = sheet.title.replace("'", "''")
    return Formula(f"=SUM('{title}'!{letter}{first}:{letter}{end})")


def finished(book: Workbook) -> bytes:
    """Return the workbook's bytes, its columns as wide as what is in them."""
    for sheet in book.worksheets:
        for cells in sheet.columns:
            widest = max(len(str(cell.value or "")) for cell in cells if not _is_formula(cell))
            letter = get_column_letter(cells[0].column)
            sheet.column_dimensions[letter].width = min(max(widest + 2, 10), _WIDEST)
    return with_figures(book)


def _is_formula(cell: SheetCell) -> bool:
    return bool(cell.data_type == "f" and cell.row > 1)


def workbook_response(filename: str, content: bytes) -> HttpResponse:
    """Return a workbook as a file to keep; `filename` has no ending."""
    response = HttpResponse(content, content_type=_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{filename}.xlsx"'
    response["Cache-Control"] = "no-store"
    return response
