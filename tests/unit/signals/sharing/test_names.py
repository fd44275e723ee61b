"""Families of devices and classes and prefixes of networks."""

import pytest

from signals.domain.sharing.events import Cell, cell_of, distance_km
from signals.domain.sharing.journeys import is_teleport
from signals.domain.sharing.networks import NetworkClass, network_class, place_prefix
from signals.domain.sharing.user_agents import FormFactor, parse_agent

CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0"


class TestParseAgent:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            (
                f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME} Safari/537.36",
                (FormFactor.COMPUTER, "windows", "chrome"),
            ),
            (
                f"Mozilla/5.0 (Windows NT 10.0) {CHROME} Safari/537.36 Edg/150.0.0.0",
                (FormFactor.COMPUTER, "windows", "edge"),
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:150.0) Gecko Firefox/150.0",
                (FormFactor.COMPUTER, "macos", "firefox"),
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) Version/19.0 Safari/605",
                (FormFactor.PHONE, "ios", "safari"),
            ),
            (
                "Mozilla/5.0 (iPad; CPU OS 19_1 like Mac OS X) CriOS/150.0 Safari/605",
                (FormFactor.TABLET, "ipados", "chrome"),
            ),
            (
                f"Mozilla/5.0 (Linux; Android 16; K) {CHROME} Mobile Safari/537.36",
                (FormFactor.PHONE, "android", "chrome"),
            ),
            (
                f"Mozilla/5.0 (Linux; Android 16; K) {CHROME} Safari/537.36",
                (FormFactor.TABLET, "android", "chrome"),
            ),
            (
                f"Mozilla/5.0 (X11; CrOS x86_64) {CHROME} Safari/537.36",
                (FormFactor.COMPUTER, "chromeos", "chrome"),
            ),
            ("python-requests/2.32", (FormFactor.OTHER, "other", "program")),
            ("", (FormFactor.OTHER, "other", "other")),
        ],
    )
    def test_names_form_system_and_browser(
        self, text: str, expected: tuple[FormFactor, str, str]
    ) -> None:
        assert parse_agent(text) == expected


class TestNetworks:
    def test_words_of_address_databases_become_classes(self) -> None:
        assert network_class(" Residential ") is NetworkClass.RESIDENTIAL
        assert network_class("cellular") is NetworkClass.MOBILE
        assert network_class("anything") is network_class(None) is NetworkClass.UNKNOWN

    @pytest.mark.parametrize(
        ("address", "prefix"),
        [
            ("203.0.113.77", "203.0.113.0/24"),
            ("2001:db8:0:74c::1", "2001:db8:0:74c/64"),
            ("2001:0db8::5", "2001:db8:0:0/64"),
            ("::ffff:203.0.113.9", "203.0.113.0/24"),
            ("2001:db8:0:74c::e9b871a8", "2001:db8:0:74c/64"),
            ("203.0.113.xxx", "203.0.113.0/24"),
            ("unknown", "unknown"),
        ],
    )
    def test_an_address_is_cut_to_its_place(self, address: str, prefix: str) -> None:
        assert place_prefix(address) == prefix


class TestJourneys:
    def test_a_cell_is_half_a_degree(self) -> None:
        assert cell_of(52.52, 13.40) == cell_of(52.51, 13.49) == Cell(105, 26)
        assert cell_of(-33.87, 151.21) == Cell(-68, 302)

    def test_the_way_from_berlin_to_tokyo(self) -> None:
        # Between city centers 8,918 km; the middles of the cells are within 40 km of them.
        assert abs(distance_km(cell_of(52.52, 13.40), cell_of(35.68, 139.65)) - 8918) < 80

    @pytest.mark.parametrize(
        ("kilometres", "minutes", "expected"),
        [(99, 0, False), (255, 10, False), (300, 10, True), (8918, 590, False), (8918, 570, True)],
    )
    def test_a_teleport_is_far_and_faster_than_900_kilometres_an_hour(
        self, kilometres: float, minutes: float, expected: bool
    ) -> None:
        # (300 - 60) km in 15 min = 960 km/h; (8918 - 60) km in 575 min = 924, in 595 = 893.
        assert is_teleport(kilometres, minutes) is expected
