"""Where a change came from, shortened before it is kept."""

import pytest

from accounts.origin import browser_of, coming_from, current_origin, note_origin, shortened

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0"
EDGE = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0"


class TestAddresses:
    @pytest.mark.parametrize(
        ("address", "network"),
        [
            ("203.0.113.77", "203.0.113.0/24"),
            (" 2001:db8:85a3:8d3::7334", "2001:db8:85a3::/48"),
            ("somewhere", ""),
        ],
    )
    def test_are_kept_as_their_network(self, address: str, network: str) -> None:
        assert shortened(address) == network


class TestBrowsers:
    @pytest.mark.parametrize(
        ("agent", "kept"),
        [(FIREFOX, "Firefox, Linux"), (EDGE, "Edge, Windows"), ("curl/8.5", "curl"), ("", "")],
    )
    def test_are_kept_by_family_and_system(self, agent: str, kept: str) -> None:
        assert browser_of(agent) == kept


class TestTheOriginOfTheMoment:
    def test_ends_with_its_block(self) -> None:
        note_origin(key="lost")
        with coming_from({"network": "203.0.113.0/24"}):
            note_origin(key="abc")
            assert current_origin() == {"network": "203.0.113.0/24", "key": "abc"}
        assert current_origin() is None
