"""Departments, leaders, the line, regions: where an organization can grow next."""

from datetime import date, timedelta

import pytest

from signals.domain.detectors.growth import (
    ClockSettings,
    CrossDepartmentSettings,
    DepartmentClock,
    GeographySettings,
    Group,
    HierarchySettings,
    Line,
    found_clock,
    found_cross_department,
    found_geography,
    found_hierarchy,
    months_between,
)
from signals.domain.detectors.leaders import (
    Arrived,
    DepartmentLeaders,
    LeaderSettings,
    found_leader,
    is_leader,
)

TODAY = date(2026, 11, 20)


class TestALeadersTitle:
    @pytest.mark.parametrize(
        "title",
        [
            "VP Sales",
            "Vice President, Operations",
            "Head of Marketing",
            "Chief Revenue Officer",
            "Director Sales EMEA",
            "Leiter Vertrieb",
            "Leiterin Personal",
            "Leitung Einkauf",
            "Bereichsleiterin",
            "KEPALA Divisi",
            "Direktur Utama",
            "cfo",
        ],
    )
    def test_is_found_by_whole_words(self, title: str) -> None:
        assert is_leader(title)

    @pytest.mark.parametrize(
        "title",
        [
            "",
            "Headhunter",
            "Leiterplattenentwickler",
            "Directory Administrator",
            "Overhead Analyst",
            "Assistant to the Director",
            "Assistenz der Geschäftsleitung",
            "Sekretaris Direktur",
            "Engineer",
        ],
    )
    def test_is_not_found_within_others_or_beside_a_helpers_word(self, title: str) -> None:
        assert not is_leader(title)


class TestALeader:
    def facts(self, *, days_ago: int = 3, seated: int = 0, people: int = 20) -> DepartmentLeaders:
        arrived = (Arrived("VP Sales", TODAY - timedelta(days=days_ago)),)
        return DepartmentLeaders("Sales", TODAY, arrived, people, seated)

    def test_in_a_department_without_seats_is_news_for_28_days(self) -> None:
        assert found_leader(self.facts(days_ago=27), LeaderSettings()) is not None
        assert found_leader(self.facts(days_ago=28), LeaderSettings()) is None

    def test_is_none_where_half_of_the_department_has_seats(self) -> None:
        assert found_leader(self.facts(seated=9), LeaderSettings()) is not None  # 45 %
        assert found_leader(self.facts(seated=10), LeaderSettings()) is None  # 50 %

    def test_is_named_by_title_and_day(self) -> None:
        found = found_leader(self.facts(), LeaderSettings())
        assert found is not None
        assert found.evidence[0]["title"] == "VP Sales"
        assert found.evidence[0]["since_on"] == TODAY - timedelta(days=3)


class TestAnotherDepartment:
    def group(self, *, seated: int = 0, reached: int = 2, elsewhere: int = 5) -> Group:
        return Group("Sales", 20, seated, reached, elsewhere)

    def test_is_next_with_two_people_there_and_no_seat(self) -> None:
        found = found_cross_department(self.group(), CrossDepartmentSettings())
        assert found is not None
        assert found.seats == 2

    @pytest.mark.parametrize("other", [{"reached": 1}, {"seated": 1}, {"elsewhere": 0}])
    def test_is_not_next(self, other: dict[str, int]) -> None:
        assert found_cross_department(self.group(**other), CrossDepartmentSettings()) is None

    def test_is_told_like_a_region(self) -> None:
        found = found_geography(self.group(), GeographySettings())
        assert found is not None
        assert found.evidence[0]["region"] == "Sales"


class TestTheClock:
    def facts(self, last_on: date, without: int = 3) -> DepartmentClock:
        return DepartmentClock(TODAY, "Sales", last_on, without)

    @pytest.mark.parametrize(
        ("since", "on", "months"),
        [
            (date(2025, 11, 20), date(2026, 11, 19), 11),
            (date(2025, 11, 20), date(2026, 11, 20), 12),
            (date(2026, 1, 31), date(2026, 2, 28), 0),
            (date(2026, 1, 31), date(2026, 3, 1), 1),
        ],
    )
    def test_counts_whole_months(self, since: date, on: date, months: int) -> None:
        assert months_between(since, on) == months

    def test_is_due_after_twelve_and_overdue_after_eighteen(self) -> None:
        assert found_clock(self.facts(date(2025, 11, 21)), ClockSettings()) is None
        due = found_clock(self.facts(date(2025, 11, 20)), ClockSettings())
        late = found_clock(self.facts(date(2025, 5, 20)), ClockSettings())
        assert due is not None
        assert late is not None
        assert (due.evidence[0]["overdue"], late.evidence[0]["overdue"]) == (0, 1)

    def test_stands_still_where_no_department_is_left(self) -> None:
        assert found_clock(self.facts(date(2020, 1, 1), without=0), ClockSettings()) is None


class TestTheLine:
    def test_counts_managers_of_two_active_people(self) -> None:
        found = found_hierarchy(Line(managers=(2, 1, 5), reports=0), HierarchySettings())
        assert found is not None
        assert (found.seats, found.evidence[0]["people"]) == (2, 2)

    def test_counts_three_reports_without_seats(self) -> None:
        assert found_hierarchy(Line((), reports=2), HierarchySettings()) is None
        found = found_hierarchy(Line((), reports=3), HierarchySettings())
        assert found is not None
        assert found.seats == 3
