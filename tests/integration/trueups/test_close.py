"""The close of a quarter: what has the same name but other days is not summed together."""

from datetime import UTC, date, datetime

import pytest
from django.test import Client

from accounts.domain.roles import StaffScope
from accounts.tenancy import staff_context
from tests.integration.trueups.conftest import DAY, START, Acme, make_acme
from tests.support.people import make_api_key
from trueups.documents.close import close_workbook
from trueups.domain.terms import Policy, QuarterBasis
from trueups.selectors.close import Days, close_of

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])

WINTER = Days(date(2026, 1, 1), date(2026, 3, 31))
SPRING = Days(date(2026, 4, 1), date(2026, 6, 30))


def lend_ten(acme: Acme, agreed_at: datetime, **terms: object) -> None:
    """Have ten seats more than bought used in the quarter that begins at `agreed_at`."""
    acme.lend(40)
    acme.agree(agreed_at, policy=Policy.STRICT, **terms)
    acme.seat_many(acme.hire(110), agreed_at + DAY)
    acme.beat(agreed_at)
    acme.beat(agreed_at + 95 * DAY)


def test_quarters_of_one_name_and_other_days_are_summed_apart(acme: Acme) -> None:
    lend_ten(acme, START)
    april = datetime(2026, 4, 1, tzinfo=UTC)
    fiscal = make_acme(name="fiscal")
    lend_ten(fiscal, april, quarter_basis=QuarterBasis.CALENDAR, first_month=4)

    with staff_context(user_id=0, scope=StaffScope.ALL):
        close = close_of("2026-Q1")
        spring = close_of("2026-Q1", SPRING)
        sheets = close_workbook(close)

    # 10 seats x 100.00 for what is left of the year: 275/365 after winter, 184/365 after spring.
    assert [(t.days, t.currency, t.number, t.total_minor) for t in close.totals] == [
        (WINTER, "EUR", 1, 75_342),
        (SPRING, "EUR", 1, 50_411),
    ]
    assert close.choices == [WINTER, SPRING]
    assert [row.true_up.organization.slug for row in spring.rows] == ["fiscal"]
    assert [total.total_minor for total in spring.totals] == [50_411]
    assert sheets.startswith(b"PK")

    api = Client(headers={"Authorization": f"Bearer {make_api_key()}"})
    path = "/api/v1/true-ups/close?quarter=2026-Q1"
    assert [t["first_day"] for t in api.get(path).json()["totals"]] == ["2026-01-01", "2026-04-01"]
    told = api.get(f"{path}&days={SPRING}").json()
    assert [row["organization"] for row in told["rows"]] == [fiscal.organization.external_id]
    refused = api.get(f"{path}&days=spring")
    assert refused.status_code == 400
    assert "2026-07-01/2026-09-30" in refused.content.decode()
