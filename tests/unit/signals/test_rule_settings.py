"""Thresholds: read from text or numbers, refused field by field."""

from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.domain.detectors.power_users import PowerUserSettings
from signals.domain.rule_settings import (
    Fault,
    RuleSettings,
    SettingsRefused,
    Unit,
    knob,
    knobs,
    read_settings,
)


class TestReading:
    def test_keeps_the_default_of_what_is_not_named(self) -> None:
        assert read_settings(PowerUserSettings, {}) == PowerUserSettings()

    def test_takes_text_as_typed(self) -> None:
        assert read_settings(PowerUserSettings, {"workdays": " 3 "}).workdays == 3

    def test_takes_back_what_it_stored(self) -> None:
        settings = PowerUserSettings(workdays=5, least_people=7)
        assert read_settings(PowerUserSettings, settings.as_json()) == settings

    def test_names_every_field_that_is_wrong(self) -> None:
        with pytest.raises(SettingsRefused) as refused:
            read_settings(
                PowerUserSettings,
                {"workdays": 6, "weeks": "", "core_percent": "0", "colour": 1, "pending_days": 1.5},
            )
        found = {each.name: (each.fault, each.limit) for each in refused.value.problems}
        assert found == {
            "workdays": (Fault.TOO_LARGE, 5),
            "weeks": (Fault.NOT_A_NUMBER, None),
            "core_percent": (Fault.TOO_SMALL, 1),
            "colour": (Fault.UNKNOWN, None),
            "pending_days": (Fault.NOT_A_NUMBER, None),
        }

    @given(st.one_of(st.text(), st.integers(), st.booleans(), st.none(), st.floats()))
    def test_gives_settings_within_bounds_or_refuses(self, value: object) -> None:
        try:
            settings = read_settings(RuleSettings, {"cooldown_days": value})
        except SettingsRefused:
            return
        assert 0 <= settings.cooldown_days <= 365


class TestAKnob:
    def test_has_a_default_within_its_bounds(self) -> None:
        with pytest.raises(ValueError, match="outside"):
            knob(6, Unit.DAYS, 1, 5)

    def test_of_every_rule_comes_after_its_own(self) -> None:
        names = [each.name for each in knobs(PowerUserSettings)]
        common = ["pending_days", "clear_days", "cooldown_days"]
        assert names[-3:] == common
        assert not set(chain(names[:-3])) & set(common)
