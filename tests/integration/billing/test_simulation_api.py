"""`POST /api/v1/prices/simulate`: figures, refusals, and whatever else somebody may send."""

from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.api.simulation import (
    SimulatedLineSerializer,
    SimulatedProrationSerializer,
    SimulationSerializer,
)
from billing.domain.pricing import PriceTable
from tests.support.people import make_api_key, make_organization
from tests.unit.billing.strategies import APRIL, moments, price_tables
from tests.unit.billing.test_simulation import brute_force

pytestmark = pytest.mark.django_db

TIERS = [
    {"up_to": 10, "unit_amount_minor": 1000},
    {"up_to": 50, "unit_amount_minor": 800},
    {"up_to": None, "unit_amount_minor": 600},
]
CHANGE = {
    "from": 12,
    "to": 20,
    "at": "2026-04-16T00:00:00Z",
    "period_start": "2026-04-01T00:00:00Z",
    "period_end": "2026-05-01T00:00:00Z",
}


class Simulator:
    def __init__(self, key: str) -> None:
        self.client = Client(headers={"authorization": f"Bearer {key}"})

    def post(self, body: Any) -> Any:
        return self.client.post("/api/v1/prices/simulate", body, content_type="application/json")

    def ask(self, **changes: Any) -> Any:
        body = {"scheme": "graduated", "currency": "EUR", "tiers": TIERS, "quantities": [12]}
        return self.post(body | changes)

    def refuse(self, status: int, field: str, **changes: Any) -> Any:
        """The answer to a request that names `field` as the one at fault."""
        answer = self.ask(**changes)
        assert answer.status_code == status, answer.content
        assert answer.headers["Content-Type"] == "application/problem+json"
        body = answer.json()
        assert field in [error["field"] for error in body["errors"]], body
        return body


@pytest.fixture
def simulator() -> Simulator:
    return Simulator(make_api_key(make_organization("acme")))


class TestTotals:
    def test_are_listed_line_by_line(self, simulator: Simulator) -> None:
        (total,) = simulator.ask().json()["totals"]
        # 10 x 10.00 + 2 x 8.00 = 116.00; 116.00 / 12 = 9.666..., rounded up
        assert (total["total_minor"], total["average_minor"]) == (11_600, 967)
        assert total["lines"][1] == {
            "tier": 2,
            "first_seat": 11,
            "last_seat": 12,
            "quantity": 2,
            "unit_amount_minor": 800,
            "flat_amount_minor": 0,
            "amount_minor": 1_600,
        }

    def test_of_a_volume_price_say_where_more_is_cheaper(self, simulator: Simulator) -> None:
        answer = simulator.ask(scheme="volume", quantities=[10, 11]).json()
        assert [total["total_minor"] for total in answer["totals"]] == [10_000, 8_800]
        # From 9 seats (90.00) on, 11 seats (88.00) cost less; at 10 that is 12.00.
        assert answer["cliffs"][0] == {
            "first_quantity": 9,
            "last_quantity": 10,
            "better_quantity": 11,
            "better_total_minor": 8_800,
            "largest_saving_minor": 1_200,
        }
        assert answer["warnings"][0]["code"] == "cliff"
        assert "11 seats cost only €88.00" in answer["warnings"][0]["message"]

    @pytest.mark.parametrize(("currency", "unit"), [("JPY", 1200), ("IDR", 5), ("KWD", 1_001)])
    def test_count_minor_units_whatever_their_decimals(
        self, simulator: Simulator, currency: str, unit: int
    ) -> None:
        tiers = [{"up_to": None, "unit_amount_minor": unit}]
        answer = simulator.ask(scheme="flat", currency=currency, tiers=tiers, quantities=[0, 3])
        assert [total["total_minor"] for total in answer.json()["totals"]] == [0, 3 * unit]

    def test_stay_exact_for_a_billion_seats(self, simulator: Simulator) -> None:
        tiers = [{"up_to": None, "unit_amount_minor": 10**12, "flat_amount_minor": 7}]
        (total,) = simulator.ask(tiers=tiers, quantities=[10**9]).json()["totals"]
        assert total["total_minor"] == 10**21 + 7

    def test_tell_which_quantities_are_on_sale(self, simulator: Simulator) -> None:
        answer = simulator.ask(minimum_seats=10, maximum_seats=40, step=5, quantities=[5, 10, 45])
        assert [t["is_on_sale"] for t in answer.json()["totals"]] == [False, True, False]

    def test_hold_every_field_that_the_schema_names(self, simulator: Simulator) -> None:
        answer = simulator.ask(scheme="volume", change=CHANGE).json()
        assert answer.keys() == SimulationSerializer().fields.keys()
        for name in ("totals", "cliffs", "warnings"):
            described = SimulationSerializer().fields[name].child.fields  # type: ignore[attr-defined]
            assert answer[name][0].keys() == described.keys()
        described = SimulatedLineSerializer().fields
        assert answer["totals"][0]["lines"][0].keys() == described.keys()
        assert answer["change"].keys() == SimulatedProrationSerializer().fields.keys()


class TestChange:
    def test_credits_the_old_seats_and_charges_the_new(self, simulator: Simulator) -> None:
        change = simulator.ask(change=CHANGE).json()["change"]
        # half of April: -116.00 / 2 and (100.00 + 80.00) / 2
        assert change == {"credit_minor": -5_800, "debit_minor": 9_000, "net_minor": 3_200}

    def test_to_the_same_seats_is_nothing(self, simulator: Simulator) -> None:
        change = simulator.ask(change=CHANGE | {"to": 12}).json()["change"]
        assert change["net_minor"] == 0

    def test_at_the_very_end_costs_nothing(self, simulator: Simulator) -> None:
        change = simulator.ask(change=CHANGE | {"at": CHANGE["period_end"]}).json()["change"]
        assert change == {"credit_minor": 0, "debit_minor": 0, "net_minor": 0}

    def test_understands_other_zones_and_cuts_to_the_second(self, simulator: Simulator) -> None:
        at = "2026-04-16T07:00:00.900+07:00"
        change = simulator.ask(quantities=[], change=CHANGE | {"at": at}).json()["change"]
        assert change["net_minor"] == 3_200

    @pytest.mark.parametrize(
        ("field", "changes"),
        [
            ("change.at", {"at": "2026-05-01T00:00:01Z"}),
            ("change.at", {"at": "2026-03-31T23:59:59Z"}),
            ("change.at", {"at": "2026-04-16T00:00:00"}),
            ("change.at", {"at": "tomorrow"}),
            ("change.at", {"at": 1_776_000_000}),
            ("change.at", {"at": "0001-01-01T00:00:00+14:00"}),
            ("change.at", {"at": None}),
            ("change.period_end", {"period_end": CHANGE["period_start"]}),
            ("change.period_end", {"period_end": "2026-03-01T00:00:00Z"}),
            ("change.from", {"from": -1}),
            ("change.from", {"from": True}),
            ("change.to", {"to": 12.5}),
            ("change.to", {"to": 10**9 + 1}),
            ("change.seats", {"seats": 3}),
        ],
    )
    def test_names_what_is_wrong(
        self, simulator: Simulator, field: str, changes: dict[str, Any]
    ) -> None:
        simulator.refuse(400, field, change=CHANGE | changes)

    def test_beyond_the_last_tier_is_refused(self, simulator: Simulator) -> None:
        ends = {"tiers": TIERS[:2], "maximum_seats": 50}
        body = simulator.refuse(422, "change.to", change=CHANGE | {"to": 51}, **ends)
        assert body["remedy"] == "Ask for fewer seats, or leave the last tier open."


def tiers(*bounds: int | None) -> list[dict[str, Any]]:
    return [{"up_to": bound, "unit_amount_minor": 100} for bound in bounds]


class TestWrongTables:
    @pytest.mark.parametrize(
        ("given", "fault", "tier", "bound", "sentence"),
        [
            (tiers(), "no_tiers", None, None, "needs at least one tier"),
            (tiers(10, 10, None), "duplicate", 2, 10, "Tiers 1 and 2 both end at 10"),
            (tiers(50, 10, None), "overlap", 2, 10, "tier 1 already reaches 50"),
            (tiers(None, 10), "open_end_not_last", 1, None, "tier 2 is never reached"),
            (tiers(10, 50), "no_open_end", 2, 50, "seat 51 has no price"),
            (tiers(0, None), "duplicate", 1, 0, "no seat falls into it"),
            (tiers(-5, None), "overlap", 1, -5, "no seat falls into it"),
        ],
    )
    def test_name_tier_and_bound(
        self,
        simulator: Simulator,
        given: list[Any],
        fault: str,
        tier: int | None,
        bound: int | None,
        sentence: str,
    ) -> None:
        field = f"tiers[{tier - 1}].up_to" if tier else "tiers"
        body = simulator.refuse(422, field, tiers=given)
        assert (body["code"], body["fault"]) == ("invalid_tiers", fault)
        assert (body["tier"], body["bound"]) == (tier, bound)
        assert sentence in body["title"]
        assert body["remedy"]

    def test_with_a_gap_below_the_maximum_name_the_seats(self, simulator: Simulator) -> None:
        body = simulator.refuse(422, "tiers[1].up_to", tiers=tiers(10, 50), maximum_seats=60)
        assert body["title"] == "Seats 51 to 60 have no price: the last tier ends at 50."

    @pytest.mark.parametrize(
        ("field", "limits"),
        [
            ("step", {"step": 0}),
            ("minimum_seats", {"minimum_seats": 0}),
            ("minimum_seats", {"minimum_seats": 7, "step": 5}),
            ("maximum_seats", {"minimum_seats": 5, "maximum_seats": 4}),
            ("maximum_seats", {"maximum_seats": 0}),
            ("maximum_seats", {"step": 5, "minimum_seats": 5, "maximum_seats": 12}),
            ("tiers[0].unit_amount_minor", {"tiers": [{"unit_amount_minor": -1}]}),
            ("tiers", {"scheme": "flat"}),
        ],
    )
    def test_name_the_limit(self, simulator: Simulator, field: str, limits: dict[str, Any]) -> None:
        body = simulator.refuse(422, field, **limits)
        assert body["remedy"] in body["errors"][0]["message"]

    def test_name_the_quantity_that_no_tier_reaches(self, simulator: Simulator) -> None:
        ends = {"tiers": TIERS[:2], "maximum_seats": 50}
        simulator.refuse(422, "quantities[1]", quantities=[50, 51], **ends)


class TestAnythingElse:
    @pytest.mark.parametrize(
        ("field", "changes"),
        [
            ("scheme", {"scheme": "tiered"}),
            ("scheme", {"scheme": None}),
            ("currency", {"currency": "XXX"}),
            ("currency", {"currency": "euro"}),
            ("currency", {"currency": ""}),
            ("currency", {"currency": ["EUR"]}),
            ("quantities", {"quantities": []}),
            ("quantities", {"quantities": 5}),
            ("quantities", {"quantities": None}),
            ("quantities", {"quantities": [1] * 1_001}),
            ("quantities", {"quantities": {"0": 1}}),
            ("quantities[1]", {"quantities": [1, -1]}),
            ("quantities[0]", {"quantities": [True]}),
            ("quantities[0]", {"quantities": [1.0]}),
            ("quantities[0]", {"quantities": ["12"]}),
            ("quantities[0]", {"quantities": [10**9 + 1]}),
            ("tiers", {"tiers": None}),
            ("tiers", {"tiers": tiers(*range(1, 52))}),
            ("tiers[0].unit_amount_minor", {"tiers": [{"up_to": None}]}),
            ("tiers[0].unit_amount_minor", {"tiers": [{"unit_amount_minor": 9.99}]}),
            ("tiers[0].up_to", {"tiers": [{"up_to": "inf", "unit_amount_minor": 1}]}),
            ("tiers[0].flat_ammount", {"tiers": [{"unit_amount_minor": 1, "flat_ammount": 2}]}),
            ("interval", {"interval": "month"}),
        ],
    )
    def test_is_refused_by_name(
        self, simulator: Simulator, field: str, changes: dict[str, Any]
    ) -> None:
        simulator.refuse(400, field, **changes)

    @pytest.mark.parametrize(
        "body",
        [
            "",
            "{}",
            "[]",
            "null",
            "12",
            "{",
            "[" * 100_000,
            '{"scheme": NaN}',
            '{"scheme": "\\u0000"}',
            '{"scheme": "\\ud800"}',
            '{"\\ud800": 1}',
            '{"quantities": [' + "9" * 5_000 + "]}",
            '{"tiers": [[]], "quantities": [[]], "change": [], "scheme": {}}',
        ],
        ids=lambda body: body[:24],
    )
    def test_that_is_no_request_is_a_bad_one(self, simulator: Simulator, body: str) -> None:
        answer = simulator.post(body)
        assert answer.status_code == 400
        assert answer.headers["Content-Type"] == "application/problem+json"

    def test_needs_a_key(self) -> None:
        assert Simulator("nonsense").ask().status_code == 401


class TestRandomTables:
    @settings(
        max_examples=60,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(
        table=price_tables(),
        quantities=st.lists(st.integers(0, 400), min_size=1, max_size=5),
        before=st.integers(0, 400),
        after=st.integers(0, 400),
        at=moments(),
    )
    def test_agree_with_a_sum_seat_by_seat(
        self,
        simulator: Simulator,
        table: PriceTable,
        quantities: list[int],
        before: int,
        after: int,
        at: datetime,
    ) -> None:
        answer = simulator.ask(
            scheme=table.scheme.value,
            tiers=[
                {
                    "up_to": tier.up_to,
                    "unit_amount_minor": tier.unit_amount_minor,
                    "flat_amount_minor": tier.flat_amount_minor,
                }
                for tier in table.tiers
            ],
            quantities=quantities,
            change={
                "from": before,
                "to": after,
                "at": at.isoformat(),
                "period_start": APRIL.start.isoformat(),
                "period_end": APRIL.end.isoformat(),
            },
        ).json()
        totals = [(total["quantity"], total["total_minor"]) for total in answer["totals"]]
        assert totals == [(seats, brute_force(table, seats)) for seats in quantities]
        left = Fraction((APRIL.end - at) // timedelta(seconds=1), 30 * 24 * 3_600)
        credit, debit = (half_up(brute_force(table, seats) * left) for seats in (before, after))
        assert answer["change"] == {
            "credit_minor": -credit,
            "debit_minor": debit,
            "net_minor": debit - credit,
        }


def half_up(amount: Fraction) -> int:
    """An amount that is not negative, rounded; written apart from the product's own rule."""
    return int(amount + Fraction(1, 2))
