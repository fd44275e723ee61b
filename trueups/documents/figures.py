"""Writes what formulas come to beside them, for viewers that compute nothing.

A spreadsheet computes each formula anew when it opens the workbook; a preview, or a program that
reads the file, shows what was stored. What is stored is computed from the cells that the formula
names, never from the figures of the product that it is to be held against.
"""

import re
from decimal import Decimal
from io import BytesIO
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook

_SUM: Final = re.compile(
    r"=SUM\('(?P<sheet>(?:[^']|'')+)'!(?P<first>[A-Z]+\d+):(?P<last>[A-Z]+\d+)\)"
)
_TERMS: Final = re.compile(r"=[A-Z]+\d+(?:[+-][A-Z]+\d+)*")
_TERM: Final = re.compile(r"([+-]?)([A-Z]+\d+)")
# The value is empty in one way where openpyxl finds lxml, and in another where it does not.
_EMPTY: Final = re.compile(r'(<c r="(?P<place>[A-Z]+\d+)"[^>]*><f>[^<]*</f>)<v(?: ?/>|></v>)')


def figure(book: Workbook, sheet: str, place: str) -> Decimal:
    """Return what a cell comes to: a number, the sum of a range, or cells added and taken away.

    Raises ValueError for a formula of another shape.
    """
    content = book[sheet][place].value
    if not isinstance(content, str):
        return Decimal(str(content or 0))
    if content == "=0":
        return Decimal(0)
    if summed := _SUM.fullmatch(content):
        title = summed["sheet"].replace("''", "'")
        cells = book[title][f"{summed['first']}:{summed['last']}"]
        return sum((figure(book, title, c.coordinate) for row in cells for c in row), Decimal(0))
    if _TERMS.fullmatch(content):
        terms = _TERM.findall(content[1:])
        return sum(
            (figure(book, sheet, cell) * (-1 if sign == "-" else 1) for sign, cell in terms),
            Decimal(0),
        )
    raise ValueError(f"{sheet}!{place} holds {content!r}, which is not computed here.")


def with_figures(book: Workbook) -> bytes:
    """Return the workbook's bytes with the figure of each formula stored beside it.

    openpyxl writes a formula with an empty value, so the value is put in after it has written.
    """
    plain, filled = BytesIO(), BytesIO()
    book.save(plain)
    own = {
        f"xl/worksheets/sheet{number}.xml": sheet.title
        for number, sheet in enumerate(book.worksheets, start=1)
    }
    with ZipFile(plain) as source, ZipFile(filled, "w", ZIP_DEFLATED) as target:
        for item in source.infolist():
            content = source.read(item)
            if title := own.get(item.filename):
                content = _filled(book, title, content.decode()).encode()
            target.writestr(item, content)
    return filled.getvalue()


def _filled(book: Workbook, sheet: str, xml: str) -> str:
    return _EMPTY.sub(lambda found: f"{found[1]}<v>{figure(book, sheet, found['place'])}</v>", xml)
