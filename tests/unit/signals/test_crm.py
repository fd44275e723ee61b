"""A task as a deal: fields, stages and what a mapping must have."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from signals.domain.crm import (
    PRESETS,
    DealField,
    MappingUnfit,
    Preset,
    Subject,
    deal_of,
    parse_columns,
)
from signals.domain.tasks import TaskState

OPEN = Subject(
    task_id=204,
    account="Acme",
    account_external_id="acme",
    play="Add seats",
    state=TaskState.IN_PROGRESS,
    is_won=False,
    value_minor=144_050,
    currency="EUR",
    digits=2,
    probability_basis_points=4050,
    seats=4,
    created_at=datetime(2026, 11, 2, 12, tzinfo=UTC),
    ended_at=None,
    owner_email="max@example.com",
    reason="",
    link="https://seats.example.com/vendor/tasks/204/",
    crm_id="",
)
WON = replace(
    OPEN, state=TaskState.DONE, is_won=True, ended_at=datetime(2026, 11, 20, 1, tzinfo=UTC)
)


class TestADeal:
    def test_is_open_and_expected_within_60_days(self) -> None:
        deal = deal_of(OPEN).values
        assert deal[DealField.EXTERNAL_ID] == "headroom-task-204"
        assert deal[DealField.AMOUNT] == "1440.50"
        # 4,050 basis points are 40.5 %, half up 41.
        assert deal[DealField.PROBABILITY] == 41
        # 2 November and 60 days: 28 left in November, 31 in December, the first of January.
        assert deal[DealField.CLOSE_ON] == date(2027, 1, 1)

    def test_that_ended_is_won_with_seats_and_lost_without(self) -> None:
        won, lost = deal_of(WON).values, deal_of(replace(WON, is_won=False)).values
        assert (won[DealField.STATUS], won[DealField.PROBABILITY]) == ("won", 100)
        assert (lost[DealField.STATUS], lost[DealField.PROBABILITY]) == ("lost", 0)
        assert won[DealField.CLOSE_ON] == date(2026, 11, 20)

    def test_of_a_currency_without_cents_has_none(self) -> None:
        deal = deal_of(replace(OPEN, currency="JPY", digits=0, value_minor=5000))
        assert deal.values[DealField.AMOUNT] == "5000"


class TestAMapping:
    @pytest.mark.parametrize("preset", Preset)
    def test_of_each_crm_makes_a_row_with_its_stages(self, preset: Preset) -> None:
        made = PRESETS[preset]
        assert parse_columns(made.columns) == made.columns
        assert len(made.row(deal_of(OPEN))) == len(made.columns)
        assert {*made.stages} == {
            "open",
            "in_progress",
            "waiting_for_customer",
            "won",
            "lost",
        }

    def test_of_salesforce_names_its_standard_stages(self) -> None:
        made = PRESETS[Preset.SALESFORCE]
        assert made.stage(deal_of(OPEN)) == "Qualification"
        assert made.stage(deal_of(WON)) == "Closed Won"

    @pytest.mark.parametrize(
        ("columns", "why"),
        [
            ([("Name", "name")], "external_id"),
            ([], "external_id"),
            ([("Id", "external_id"), ("id", "name")], "twice"),
        ],
    )
    def test_needs_an_external_id_and_headings_that_differ(
        self, columns: list[tuple[str, DealField]], why: str
    ) -> None:
        with pytest.raises(MappingUnfit, match=why):
            parse_columns(columns)
