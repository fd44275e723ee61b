"""Tables as files: CSV and XLSX that a spreadsheet opens without running what is in them.

A cell that starts like a formula gets an apostrophe in front, which spreadsheets take for "text".
"""

import csv
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Final, Literal

from django.http import Http404, HttpResponse
from django.utils import timezone
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

type Cell = str | int | float | Decimal | bool | date | datetime | None
type Format = Literal["csv", "xlsx"]

_STARTS_A_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# What XML cannot hold, and a terminal should not.
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_CONTENT_TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def safe_text(text: str) -> str:
    """Return text that no spreadsheet takes for a formula."""
    text = _CONTROL.sub("", text)
    return f"'{text}" if text.lstrip(" ").startswith(_STARTS_A_FORMULA) else text


def wanted_format(value: str) -> Format:
    """Return the format that an address asks for, or raise Http404."""
    if value == "csv":
        return "csv"
    if value == "xlsx":
        return "xlsx"
    raise Http404("No such format")


def table_response(
    filename: str, format: Format, columns: Sequence[str], rows: Iterable[Sequence[Cell]]
) -> HttpResponse:
    """Return a table as a file to keep; `filename` has no ending.

    Times are written in the active time zone, without it: spreadsheets know none.
    """
    write = _csv_bytes if format == "csv" else _xlsx_bytes
    response = HttpResponse(write(columns, rows), content_type=_CONTENT_TYPES[format])
    response["Content-Disposition"] = f'attachment; filename="{filename}.{format}"'
    response["Cache-Control"] = "no-store"
    return response


def _plain(value: Cell) -> Cell:
    if isinstance(value, datetime):
        return timezone.localtime(value).replace(tzinfo=None, microsecond=0)
    if isinstance(value, str):
        return safe_text(value)
    return value


def _csv_bytes(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow([safe_text(str(column)) for column in columns])
    for row in rows:
        writer.writerow([_plain(value) for value in row])
    # The mark tells spreadsheets that the file is UTF-8.
    return out.getvalue().encode("utf-8-sig")


def _xlsx_bytes(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.freeze_panes = "A2"
    heading = []
    for column in columns:
        cell = WriteOnlyCell(sheet, safe_text(str(column)))
        cell.font = Font(bold=True)
        heading.append(cell)
    sheet.append(heading)
    for row in rows:
        sheet.append([_plain(value) for value in row])
    out = BytesIO()
    book.save(out)
    return out.getvalue()
