"""Domains: what can be proven, and when a proof is lost."""

from datetime import UTC, datetime, timedelta

import pytest

from sso.domain.domains import (
    GRACE,
    PUBLIC_MAIL,
    Standing,
    UnfitDomain,
    domain_of,
    is_lost,
    is_proven_by,
    normalized_domain,
    record_value,
    standing,
)

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


class TestADomain:
    @pytest.mark.parametrize(
        ("written", "name"),
        [
            ("Example.COM", "example.com"),
            (" example.com. ", "example.com"),
            ("ada@example.com", "example.com"),
            ("bücher.example", "xn--bcher-kva.example"),
            ("a-b.co.uk", "a-b.co.uk"),
        ],
    )
    def test_is_written_in_one_way(self, written: str, name: str) -> None:
        assert normalized_domain(written) == name

    @pytest.mark.parametrize(
        "written",
        [
            *("", "com", "-a.example", "a-.example", "a..example", "a_b.example", "10.0.0.1"),
            *(
                "https://example.com",
                "example.com/x",
                "a" * 64 + ".example",
                "a." * 130 + "example",
            ),
        ],
    )
    def test_has_the_form_of_one(self, written: str) -> None:
        with pytest.raises(UnfitDomain, match="form"):
            normalized_domain(written)

    def test_of_everybody_is_nobodys(self) -> None:
        for name in PUBLIC_MAIL:
            with pytest.raises(UnfitDomain, match="public"):
                normalized_domain(name)

    @pytest.mark.parametrize(
        ("email", "name"),
        [
            ("ada@Example.com", "example.com"),
            ("ada@sub.example.com", "sub.example.com"),
            ("ada", ""),
            ("@example.com", ""),
            ("ada@elsewhere.example@example.com", ""),
            ("ada@gmail.com", ""),
            ("ada@example.com,", ""),
        ],
    )
    def test_is_that_of_an_address(self, email: str, name: str) -> None:
        assert domain_of(email) == name


class TestAProof:
    def test_is_the_whole_record(self) -> None:
        assert record_value("abc") == "headroom-verification=abc"
        assert is_proven_by(["v=spf1", " headroom-verification=abc "], "abc")
        assert not is_proven_by(["headroom-verification=abcd", "abc"], "abc")

    def test_is_lost_after_seven_days_without_it(self) -> None:
        assert timedelta(days=7) == GRACE
        assert not is_lost(failing_since=None, now=NOW)
        assert not is_lost(failing_since=NOW - GRACE + timedelta(seconds=1), now=NOW)
        assert is_lost(failing_since=NOW - GRACE, now=NOW)

    def test_stands_in_words(self) -> None:
        assert standing(proven_at=None, failing_since=None) is Standing.WAITING
        assert standing(proven_at=NOW, failing_since=None) is Standing.PROVEN
        assert standing(proven_at=NOW, failing_since=NOW) is Standing.FAILING
