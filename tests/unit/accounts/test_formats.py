"""Amounts, shares and dates as the reader writes them."""

from datetime import date
from fractions import Fraction

import pytest
from django.utils.translation import override

from accounts.templatetags.headroom import format_money, longdate, percent

NBSP = "\xa0"


class TestFormatMoney:
    @pytest.mark.parametrize(
        ("language", "minor", "currency", "expected"),
        [
            ("en", 123450, "EUR", "€1,234.50"),
            ("de", 123450, "EUR", f"1.234,50{NBSP}€"),
            ("id", 123450, "EUR", "€1.234,50"),
            ("en", -2500, "USD", "-$25.00"),
            ("en", 500, "JPY", "¥500"),
            # the rupiah is stored with two digits and shown with them only when they matter
            ("id", 50000000, "IDR", f"Rp{NBSP}500.000"),
            ("id", 3021169, "IDR", f"Rp{NBSP}30.211,69"),
            ("en", 3021169, "IDR", f"IDR{NBSP}30,211.69"),
        ],
    )
    def test_follows_the_reader_and_the_currency(
        self, language: str, minor: int, currency: str, expected: str
    ) -> None:
        with override(language):
            assert format_money(minor, currency) == expected


class TestPercent:
    @pytest.mark.parametrize(
        ("language", "expected"), [("en", "80%"), ("de", f"80{NBSP}%"), ("id", "80%")]
    )
    def test_follows_the_reader(self, language: str, expected: str) -> None:
        with override(language):
            assert percent(Fraction(4, 5)) == expected

    def test_of_nothing_is_empty(self) -> None:
        assert percent(None) == ""


class TestLongdate:
    @pytest.mark.parametrize(
        ("language", "expected"),
        [("en", "December 12, 2026"), ("de", "12. Dezember 2026"), ("id", "12 Desember 2026")],
    )
    def test_names_the_month_in_the_readers_language(self, language: str, expected: str) -> None:
        with override(language):
            assert longdate(date(2026, 12, 12)) == expected
