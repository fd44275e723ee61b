"""Which amounts wait for a second person, and who that may be."""

import pytest

from billing.domain.four_eyes import Refusal, needs_second_person, refusal_of_second

ADA, FIN, OLGA = 1, 2, 3


class TestAmount:
    @pytest.mark.parametrize(
        ("amount", "already", "limit", "is_needed"),
        [
            (500_00, 0, 500_00, False),
            (500_01, 0, 500_00, True),
            # What is given and what is taken count alike.
            (-500_01, 0, 500_00, True),
            (-500_00, 0, 500_00, False),
            # 300 + 200 = 500; a cent more is two people's.
            (200_00, 300_00, 500_00, False),
            (200_01, 300_00, 500_00, True),
            (200_01, -300_00, 500_00, True),
            (1, 0, 0, True),
            (0, 0, 0, False),
            (10**15, 10**15, None, False),
        ],
    )
    def test_above_the_limit_needs_a_second_person(
        self, amount: int, already: int, limit: int | None, is_needed: bool
    ) -> None:
        assert needs_second_person(amount, limit, already_minor=already) is is_needed

    def test_is_alone_unless_something_passed_before(self) -> None:
        assert not needs_second_person(500_00, 500_00)


class TestSecondPerson:
    @pytest.mark.parametrize(
        ("person", "authors", "refusal"),
        [
            (OLGA, (), None),
            (FIN, (), Refusal.FIRST_PERSON),
            (None, (), Refusal.NOBODY),
            (OLGA, (ADA,), None),
            (OLGA, (ADA, OLGA), Refusal.AUTHOR),
            (FIN, (FIN,), Refusal.FIRST_PERSON),
        ],
    )
    def test_is_a_person_who_neither_asked_nor_wrote(
        self, person: int | None, authors: tuple[int, ...], refusal: Refusal | None
    ) -> None:
        assert refusal_of_second(person, first=FIN, authors=authors) is refusal

    def test_of_what_a_program_asked_for_is_any_person(self) -> None:
        assert refusal_of_second(OLGA, first=None) is None
        assert refusal_of_second(None, first=None) is Refusal.NOBODY
