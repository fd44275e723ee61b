"""Evidence as codes and numbers."""

import json
from datetime import date
from fractions import Fraction

import pytest

from seats.domain.utilization import Utilization
from signals.domain.bands import Band
from signals.domain.evidence import (
    Evidence,
    EvidenceCode,
    assignments_refused,
    band_evidence,
    basis_points,
    department_grew,
    people_waiting,
    run_out_evidence,
    seats_assigned,
    seats_in_use,
    worth_a_year,
)
from signals.domain.runout import Pace, RunOut

TEN = Utilization(purchased=10, assigned=9, active=8)
RUN_OUT = RunOut(Pace(0.2, 0.5, 90), date(2026, 12, 12), date(2027, 1, 20), 0.1, 0.7249, 0.8)


class TestSentences:
    def test_says_eight_of_ten_seats_in_use(self) -> None:
        evidence = seats_in_use(TEN)
        assert evidence.code is EvidenceCode.SEATS_IN_USE
        assert (evidence["active"], evidence["purchased"], evidence["share"]) == (8, 10, 8000)

    def test_has_no_share_without_seats(self) -> None:
        assert seats_in_use(Utilization(0, 0, 3))["share"] is None

    def test_says_room_or_overage(self) -> None:
        assert seats_assigned(TEN)["free"] == 1
        over = seats_assigned(Utilization(10, 12, 8))
        assert (over.code, over["overage"]) == (EvidenceCode.SEATS_OVER, 2)

    def test_rests_eighty_percent_on_use_and_the_others_on_room(self) -> None:
        eighty = band_evidence(Band.EIGHTY, TEN, days_above=3)
        assert [each.code for each in eighty] == [
            EvidenceCode.SEATS_IN_USE,
            EvidenceCode.DAYS_ABOVE,
        ]
        assert eighty[1]["days"] == 3
        assert band_evidence(Band.NEAR, TEN, days_above=0)[0].code is EvidenceCode.SEATS_ASSIGNED

    def test_gives_the_range_and_the_chance(self) -> None:
        between, likely = run_out_evidence(RUN_OUT)
        assert between["earliest_on"] == date(2026, 12, 12)
        assert likely["share"] == 7249

    def test_gives_no_range_when_none_is_in_sight(self) -> None:
        never = RunOut(Pace(0.0, 0.0, 90), None, None, 0.0, 0.0, 0.0)
        assert [each.code for each in run_out_evidence(never)] == [EvidenceCode.FULL_LIKELY]


class TestBasisPoints:
    def test_never_rounds_up_to_a_threshold(self) -> None:
        assert basis_points(Fraction(79_999, 100_000)) == 7999
        assert basis_points(Fraction(4, 5)) == 8000


class TestStorage:
    @pytest.mark.parametrize(
        "evidence",
        [
            *band_evidence(Band.OVER, TEN, days_above=0),
            *run_out_evidence(RUN_OUT),
            *run_out_evidence(RunOut(RUN_OUT.pace, date(2026, 12, 12), None, 0.1, 0.2, 0.3)),
            people_waiting("Marketing", 4),
            department_grew("Marketing", before=8, after=12, without_seat=4),
            assignments_refused(3, date(2026, 5, 12)),
            worth_a_year(480_000, "EUR"),
        ],
    )
    def test_comes_back_from_json_unchanged(self, evidence: Evidence) -> None:
        stored = json.loads(json.dumps(evidence.as_json(), sort_keys=True))
        assert Evidence.from_json(stored) == evidence

    @pytest.mark.parametrize("stored", [{}, {"code": "seats_in_use"}, {"code": "?", "values": {}}])
    def test_refuses_what_is_not_evidence(self, stored: dict[str, object]) -> None:
        with pytest.raises(ValueError, match=r"no values|not a valid"):
            Evidence.from_json(stored)
