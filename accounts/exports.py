"""Tables as files: CSV and XLSX that a spreadsheet opens without running what is in them.

A cell that starts like a formula gets an apostrophe in front, which spreadsheets take for "text".
"""

import csv
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO, TextIOWrapper
from typing import IO, Final, Literal

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
    out = BytesIO()
    write_table(out, format, columns, rows)
    return file_response(filename, format, out.getvalue())


def file_response(filename: str, format: Format, content: bytes | Iterable[bytes]) -> HttpResponse:
    """Return what was written as a file to keep; `filename` has no ending."""
    content_type = _CONTENT_TYPES[format]
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{filename}.{format}"'
    response["Cache-Control"] = "no-store"
    return response


def write_table(
    out: IO[bytes], format: Format, columns: Sequence[str], rows: Iterable[Sequence[Cell]]
) -> None:
    """Write a table into a file, row by row: as many rows as there are need no more memory."""
    write = _write_csv if format == "csv" else _write_xlsx
    write(out, columns, rows)


def _plain(value: Cell) -> Cell:
    if isinstance(value, datetime):
        return timezone.localtime(value).replace(tzinfo=None, microsecond=0)
    if isinstance(value, str):
        return safe_text(value)
    return value


def _write_csv(out: IO[bytes], columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    # The mark tells spreadsheets that the file is UTF-8.
    text = TextIOWrapper(out, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow([safe_text(str(column)) for column in columns])
    for row in rows:
        writer.writerow([_plain(value) for value in row])
    text.detach()


def _write_xlsx(out: IO[bytes], columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
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
    book.save(out)
