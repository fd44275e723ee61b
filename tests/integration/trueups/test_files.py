"""A settled quarter as files and through the API: every sum of every file is the same figure."""

import re
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook
from openpyxl.workbook import Workbook
from pypdf import PdfReader

from accounts.models import User
from tests.integration.billing.conftest import sandbox, sandbox_process
from tests.integration.trueups.test_settling import Quarter, make_quarter
from tests.support.people import make_api_key
from tests.support.stripe import Sandbox

__all__ = ["sandbox", "sandbox_process"]

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])

_SUM = re.compile(r"=SUM\('(?P<sheet>[^']+)'!(?P<first>[A-Z]+\d+):(?P<last>[A-Z]+\d+)\)")
_TERM = re.compile(r"([+-]?)([A-Z]+\d+)")


def value(book: Workbook, sheet: str, place: str) -> Decimal:
    """Compute a cell as a spreadsheet does: sums of ranges, and cells added and taken away."""
    content: Any = book[sheet][place].value
    if not isinstance(content, str) or not content.startswith("="):
        return Decimal(str(content or 0))
    summed = _SUM.fullmatch(content)
    if summed:
        cells = book[summed["sheet"]][f"{summed['first']}:{summed['last']}"]
        return sum(
            (value(book, summed["sheet"], cell.coordinate) for row in cells for cell in row),
            Decimal(0),
        )
    terms = _TERM.findall(content.removeprefix("="))
    return sum(
        ((-1 if sign == "-" else 1) * value(book, sheet, cell) for sign, cell in terms), Decimal(0)
    )


def opened(client: Client, path: str, *, computed: bool = False) -> Workbook:
    response = client.get(path)
    assert response.status_code == 200, path
    return load_workbook(BytesIO(response.content), data_only=computed)


def shown_as(book: Workbook, label: str) -> tuple[object, object]:
    """Return the sum and the difference of a row of the summary as they are stored."""
    row = next(row for row in book["Summary"].iter_rows() if row[0].value == label)
    return Decimal(str(row[1].value)), row[3].value


@pytest.fixture
def settled(sandbox: Sandbox) -> Quarter:
    quarter = make_quarter(sandbox)
    quarter.sign()
    return quarter


def test_every_file_and_the_api_say_the_same(settled: Quarter) -> None:
    true_up = settled.true_up()
    fin = Client()
    user_id = settled.fin.user_id
    assert user_id is not None
    fin.force_login(User.objects.get(pk=user_id))
    root = f"/vendor/true-ups/{true_up.pk}"

    # The workbook: each sum, the figure beside it, and nothing left between them.
    book = opened(fin, f"{root}/workbook.xlsx")
    assert book.sheetnames == [
        "Summary", "Lines", "Evidence", "Ledger", "Stripe", "Differences",
    ]  # fmt: skip
    summary = book["Summary"]
    sums = {
        row[0].value: (value(book, "Summary", row[1].coordinate), row[3].coordinate)
        for row in summary.iter_rows()
        if isinstance(row[1].value, str) and row[1].value.startswith("=")
    }
    total = Decimal(true_up.total_minor) / 100
    assert {label: amount for label, (amount, _left) in sums.items()} == {
        "Lines without tax": total,
        "Stripe's lines without tax": total,
        "Stripe's tax": 0,
        "Ledger with tax": total,
    }
    assert all(value(book, "Summary", left) == 0 for _amount, left in sums.values())
    last = book["Differences"].max_row
    assert value(book, "Differences", f"B{last}") == total
    assert value(book, "Differences", f"D{last}") == 0
    assert book["Evidence"].max_row == 1 + 13

    # What viewers show that compute nothing is what the formulas come to.
    shown = opened(fin, f"{root}/workbook.xlsx", computed=True)
    assert {label: shown_as(shown, label) for label in sums} == {
        label: (amount, 0) for label, (amount, _left) in sums.items()
    }

    # The close: one currency, everything settled.
    close = opened(fin, f"/vendor/true-ups/close.xlsx?quarter={true_up.reference}")
    assert value(close, "Totals", "G2") == total
    assert [value(close, "Totals", f"{letter}4") for letter in "EFGHIJ"] == [0] * 6
    page = fin.get(f"/vendor/true-ups/close/?quarter={true_up.reference}")
    assert "is closed" in page.content.decode()

    # Tables and the statement, for finance and for the customer.
    table = fin.get(f"{root}/evidence.csv").content.decode("utf-8-sig")
    assert len(table.splitlines()) == 1 + 13
    ada = Client()
    ada.force_login(settled.world.ada)
    own = f"/o/{settled.world.organization.slug}/true-ups/{true_up.pk}"
    assert ada.get(f"{own}/lines.csv").status_code == 200
    for language, words in (("en", "True-up"), ("de", "Nachberechnung"), ("id", "True-up")):
        pdf = ada.get(f"{own}/statement.pdf?language={language}")
        text = "".join(page.extract_text() for page in PdfReader(BytesIO(pdf.content)).pages)
        assert words in text
        assert "Person 00" in text

    # The API of the vendor's accounting system.
    api = Client(headers={"Authorization": f"Bearer {make_api_key()}"})
    listed = api.get(f"/api/v1/true-ups?quarter={true_up.reference}&state=settled").json()
    assert [row["total_minor"] for row in listed["results"]] == [true_up.total_minor]
    one = api.get(f"/api/v1/true-ups/{true_up.pk}").json()
    assert one["agrees"] is True
    assert one["invoice"]["total_minor"] == one["settlement"]["total_minor"] == true_up.total_minor
    assert one["evidence"] == {
        "people": 13, "inactive": 1, "kept": 0, "removed": 1, "undecided": 0,
    }  # fmt: skip
    ended = api.get(f"/api/v1/true-ups/close?quarter={true_up.reference}").json()
    assert ended["is_closed"] is True
    assert ended["totals"][0]["settled_minor"] == true_up.total_minor
    assert api.get("/api/v1/true-ups/close").status_code == 400
    assert api.get("/api/v1/true-ups?state=gone").status_code == 400
