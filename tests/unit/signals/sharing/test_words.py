"""Evidence in words."""

import pytest

from signals.domain.sharing.evidence import Evidence, Kind, Observation
from signals.domain.sharing.model import Score, score_of
from signals.selectors.sharing_words import people_sentence, sharing_sentence, sharing_sentences


class TestSentences:
    @pytest.mark.parametrize("kind", list(Kind))
    @pytest.mark.parametrize("count", [1, 3])
    def test_every_kind_has_one_for_one_and_for_many(self, kind: Kind, count: int) -> None:
        text = sharing_sentence(Observation(kind, float(count), count))
        assert text.endswith(".")
        assert "%" not in text

    def test_count_what_a_person_would_count(self) -> None:
        one_more = Observation(Kind.EXTRA_COMPUTERS, 1.0, 1)
        assert sharing_sentence(one_more) == "2 computers are in use in the same weeks."
        hours = Observation(Kind.LONG_HOURS, 4.0, 4)
        assert sharing_sentence(hours) == "16 hours of the day are used regularly."
        # ln 2 over the norm is twice the norm.
        load = Observation(Kind.LOAD, 0.6931, 1)
        assert sharing_sentence(load) == (
            "The account is used 2 times as much as is usual in the organization."
        )

    def test_stand_in_the_order_of_their_weight(self) -> None:
        evidence = Evidence(
            (
                Observation(Kind.EXTRA_COMPUTERS, 1.0, 1),
                Observation(Kind.HOME_DAYS, 9.0, 9),
                Observation(Kind.TWO_ACTIVE, 3.0, 3),
            ),
            2,
            1,
            20,
            28,
        )
        # Two active computers weigh nothing beside the others, so they are not said.
        assert sharing_sentences(evidence, score_of(evidence)) == [
            "On 9 days the work came from another of these homes.",
            "2 computers are in use in the same weeks.",
        ]


class TestPeople:
    @pytest.mark.parametrize(
        ("least", "about", "text"),
        [
            (1, 1, "Looks like 1 person."),
            (3, 3, "Looks like at least 3 people."),
            (2, 4, "Looks like at least 2 people, about 4."),
            (1, 2, "Looks like at least 1 person, about 2."),
        ],
    )
    def test_are_at_least_and_about(self, least: int, about: int, text: str) -> None:
        assert people_sentence(Score(0.8, least, about, {})) == text
