"""Power users and concentration: habits, thresholds by size, little use beside them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seats.domain.utilization import Utilization
from signals.domain.detectors.power_users import (
    ConcentrationSettings,
    DepartmentPower,
    Habit,
    Month,
    OrganizationPower,
    PowerUserSettings,
    found_concentration,
    found_power_users,
    is_power_user,
    needed,
)

STRONG = Month(workdays=(5, 4, 4, 0), core_features=6)
CORE = 10


class TestAPowerUser:
    def test_works_on_four_of_five_workdays_in_three_of_four_weeks(self) -> None:
        assert is_power_user(Month((4, 4, 4, 0), 6), CORE, Habit())
        assert not is_power_user(Month((5, 5, 3, 3), 6), CORE, Habit())

    def test_uses_sixty_percent_of_the_core_features(self) -> None:
        assert is_power_user(Month((5, 5, 5, 5), 6), 10, Habit())  # 6 / 10 = 60 %
        assert not is_power_user(Month((5, 5, 5, 5), 5), 9, Habit())  # 5 / 9 = 55.6 %

    def test_is_nobody_where_there_is_no_core(self) -> None:
        assert not is_power_user(Month((5, 5, 5, 5), 0), 0, Habit())

    @given(
        st.tuples(*[st.integers(0, 5)] * 4),
        st.integers(0, 20),
        st.integers(1, 20),
        st.integers(1, 5),
        st.integers(1, 4),
    )
    def test_stays_one_under_softer_habits(
        self, days: tuple[int, ...], used: int, core: int, workdays: int, weeks: int
    ) -> None:
        month = Month(days, used)
        if is_power_user(month, core, Habit(workdays=workdays, weeks=weeks)):
            softer = Habit(workdays=max(workdays - 1, 1), weeks=max(weeks - 1, 1))
            assert is_power_user(month, core, softer)


class TestHowManyAreNews:
    @pytest.mark.parametrize(
        ("active", "purchased", "expected"),
        [
            (200, 25, 3),  # a small deployment: 3, however many are active
            (20, 26, 3),  # 10 % of 20 = 2, at least 3
            (31, 26, 4),  # 10 % of 31 = 3.1, rounded up
            (200, 500, 20),
        ],
    )
    def test_depends_on_the_size(self, active: int, purchased: int, expected: int) -> None:
        assert needed(active, purchased, PowerUserSettings()) == expected

    def test_speaks_with_the_count_and_the_department(self) -> None:
        facts = DepartmentPower("Sales", (STRONG,) * 3, active=9, core_features=10, purchased=20)
        found = found_power_users(facts, PowerUserSettings())
        assert found is not None
        assert dict(found.evidence[0].values) == {"department": "Sales", "people": 3}

    def test_is_silent_below(self) -> None:
        facts = DepartmentPower("Sales", (STRONG,) * 2, active=9, core_features=10, purchased=20)
        assert found_power_users(facts, PowerUserSettings()) is None

    def test_is_told_once_in_ninety_days(self) -> None:
        assert PowerUserSettings().cooldown_days == 90


class TestConcentration:
    def facts(self, active: int, purchased: int = 10) -> OrganizationPower:
        return OrganizationPower((STRONG,) * 3, CORE, Utilization(purchased, purchased, active))

    def test_is_power_users_beside_idle_seats(self) -> None:
        found = found_concentration(self.facts(7), ConcentrationSettings())
        assert found is not None
        assert [each.code.value for each in found.evidence] == ["power_users", "seats_in_use"]

    def test_is_none_at_eighty_percent(self) -> None:
        assert found_concentration(self.facts(8), ConcentrationSettings()) is None  # 8 / 10

    def test_is_none_without_seats(self) -> None:
        assert found_concentration(self.facts(3, purchased=0), ConcentrationSettings()) is None
