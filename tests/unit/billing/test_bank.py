"""Account numbers: examples of the registry, and what one wrong character does."""

import pytest

from billing.domain.bank import is_iban, tidy_iban

# https://www.swift.com/standards/data-standards/iban-international-bank-account-number
REGISTRY = (
    "DE89 3704 0044 0532 0130 00",
    "GB29 NWBK 6016 1331 9268 19",
    "NO93 8601 1117 947",
    "MT84 MALT 0110 0001 2345 MTLC AST0 01S",
)


class TestIsIban:
    @pytest.mark.parametrize("iban", REGISTRY)
    def test_takes_the_examples_of_the_registry(self, iban: str) -> None:
        assert is_iban(iban)
        assert is_iban(iban.lower().replace(" ", "-"))

    @pytest.mark.parametrize("iban", REGISTRY)
    def test_refuses_each_single_wrong_digit(self, iban: str) -> None:
        plain = iban.replace(" ", "")
        for position, character in enumerate(plain):
            if character.isdigit():
                wrong = str((int(character) + 1) % 10)
                assert not is_iban(plain[:position] + wrong + plain[position + 1 :])

    @pytest.mark.parametrize(
        "text", ["", "DE", "8937040044053201300000", "DE8937040044", "DE89" + "0" * 31, "DÉ89" * 5]
    )
    def test_refuses_what_has_another_shape(self, text: str) -> None:
        assert not is_iban(text)


class TestTidyIban:
    def test_writes_groups_of_four_in_capitals(self) -> None:
        assert tidy_iban("de89.3704-0044 0532013000") == "DE89 3704 0044 0532 0130 00"
