"""What is kept of an event, and for how long its key lives."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.domain.sharing.capture import RawEvent, sighting_of
from signals.domain.sharing.keys import (
    EPOCH_DAYS,
    epoch_to_read,
    epochs_to_write,
    is_expired,
    key_of,
)
from signals.domain.sharing.networks import NetworkClass
from signals.domain.sharing.state import KEPT_DAYS
from signals.domain.sharing.user_agents import FormFactor

SECRET, OTHER = b"a" * 32, b"b" * 32
EVENT = RawEvent(
    member="ben",
    at=datetime(2026, 3, 2, 23, 59, tzinfo=UTC),
    device_id="cookie",
    address="203.0.113.7",
    user_agent="Mozilla/5.0 (Windows NT 10.0) Chrome/150.0 Safari/537.36",
    latitude=52.52,
    longitude=13.40,
    asn=64512,
    network="corporate",
)


class TestKeys:
    def test_equal_values_have_equal_keys_under_one_secret_only(self) -> None:
        assert key_of(SECRET, "device", "x") == key_of(SECRET, "device", "x")
        assert key_of(SECRET, "device", "x") != key_of(OTHER, "device", "x")
        assert key_of(SECRET, "device", "x") != key_of(SECRET, "place", "x")

    def test_a_short_secret_is_refused(self) -> None:
        with pytest.raises(ValueError, match="32 bytes"):
            key_of(b"short", "device", "x")

    @given(st.integers(700_000, 760_000), st.integers(0, KEPT_DAYS))
    def test_every_day_of_the_window_was_kept_under_the_epoch_that_is_read(
        self, today: int, ago: int
    ) -> None:
        assert epoch_to_read(today) in epochs_to_write(today - ago)
        assert not is_expired(epoch_to_read(today), today)

    def test_two_keys_are_written_in_the_35_days_before_a_change(self) -> None:
        change = 8000 * EPOCH_DAYS
        assert epochs_to_write(change - KEPT_DAYS - 1) == (7999,)
        assert epochs_to_write(change - KEPT_DAYS) == (7999, 8000)
        assert epochs_to_write(change) == (8000,)
        assert is_expired(7999, change)


class TestCapture:
    def test_keeps_keys_families_and_a_cell(self) -> None:
        kept = sighting_of(EVENT, SECRET)
        assert kept is not None
        assert (kept.form, kept.system, kept.browser) == (FormFactor.COMPUTER, "windows", "chrome")
        assert (kept.network_class, kept.network) == (NetworkClass.BUSINESS, 64512)
        assert kept.cell == (105, 26)
        assert kept.slot == 287
        # Neither the address nor the cookie is in anything that is kept.
        assert "203.0" not in repr(kept)
        assert "cookie" not in repr(kept)

    def test_addresses_of_one_prefix_are_one_place(self) -> None:
        kept = sighting_of(EVENT, SECRET)
        near = sighting_of(replace(EVENT, address="203.0.113.200"), SECRET)
        far = sighting_of(replace(EVENT, address="203.0.114.7"), SECRET)
        assert kept is not None
        assert near is not None
        assert far is not None
        assert kept.place == near.place != far.place

    def test_an_event_without_device_and_agent_says_nothing(self) -> None:
        assert sighting_of(replace(EVENT, device_id="", user_agent=""), SECRET) is None

    def test_an_event_without_a_device_counts_for_the_members_own_agent(self) -> None:
        bens = sighting_of(replace(EVENT, device_id=""), SECRET)
        again = sighting_of(replace(EVENT, device_id=""), SECRET)
        adas = sighting_of(replace(EVENT, device_id="", member="ada"), SECRET)
        assert bens is not None
        assert again is not None
        assert adas is not None
        assert bens.device == again.device != adas.device
