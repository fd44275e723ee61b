"""Who may decide: never who asked, nobody twice, stand-ins, escalation."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

from hypothesis import given, settings
from hypothesis import strategies as st

from procurement.domain.approving import (
    Case,
    Decider,
    Delegation,
    Person,
    decider_of,
    deciders,
    stuck_steps,
)
from procurement.domain.rules import Step

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
OWNER, ADA, BEN, DORA, EVE = 1, 2, 3, 4, 5
PEOPLE = (
    Person(OWNER, "owner"),
    Person(ADA, "admin"),
    Person(BEN, "approver"),
    Person(DORA, "billing"),
    Person(EVE, "member"),
)
ONE, TWO = Step(roles=("approver",)), Step(people=(DORA,))
CASE = Case(steps=(ONE, TWO), step=0, requester_id=ADA)


def away(who: int, to: int, *, days: int = 1) -> Delegation:
    return Delegation(who, to, NOW - DAY, NOW + days * DAY)


class TestDeciders:
    def test_are_who_the_step_names(self) -> None:
        assert deciders(CASE, PEOPLE, [], NOW) == [Decider(BEN)]
        assert deciders(replace(CASE, step=1), PEOPLE, [], NOW) == [Decider(DORA)]

    def test_are_never_who_asked(self) -> None:
        assert deciders(replace(CASE, requester_id=BEN), PEOPLE, [], NOW) == []

    def test_are_never_whoever_decided_a_step_before(self) -> None:
        again = replace(CASE, steps=(ONE, ONE), step=1, taken=(Decider(BEN),))
        assert deciders(again, PEOPLE, [], NOW) == []

    def test_include_who_stands_in_and_for_whom(self) -> None:
        assert deciders(CASE, PEOPLE, [away(BEN, DORA)], NOW) == [
            Decider(BEN),
            Decider(DORA, instead_of=BEN),
        ]

    def test_own_right_comes_before_a_stand_in(self) -> None:
        both = replace(CASE, steps=(Step(people=(BEN, DORA)),))
        assert Decider(DORA) in deciders(both, PEOPLE, [away(BEN, DORA)], NOW)

    def test_a_delegation_ends_with_its_last_moment(self) -> None:
        given_away = Delegation(BEN, DORA, NOW - DAY, NOW)
        assert decider_of(CASE, DORA, PEOPLE, [given_away], NOW) is None
        assert decider_of(CASE, DORA, PEOPLE, [given_away], NOW - DAY) is not None

    def test_a_delegation_is_not_given_on(self) -> None:
        chain = [away(BEN, DORA), away(DORA, OWNER)]
        assert decider_of(CASE, OWNER, PEOPLE, chain, NOW) is None

    def test_who_asked_cannot_approve_through_a_stand_in(self) -> None:
        asked_by_ben = replace(CASE, requester_id=BEN)
        assert decider_of(asked_by_ben, DORA, PEOPLE, [away(BEN, DORA)], NOW) is None

    def test_who_asked_cannot_stand_in_for_an_approver(self) -> None:
        assert decider_of(CASE, ADA, PEOPLE, [away(BEN, ADA)], NOW) is None

    def test_for_whom_was_decided_counts_as_having_decided(self) -> None:
        second = replace(CASE, steps=(ONE, ONE), step=1, taken=(Decider(DORA, instead_of=BEN),))
        assert decider_of(second, BEN, PEOPLE, [], NOW) is None

    def test_a_role_that_sees_no_requests_decides_nothing(self) -> None:
        named = replace(CASE, steps=(Step(people=(EVE,)),))
        assert deciders(named, PEOPLE, [], NOW) == []
        assert decider_of(CASE, EVE, PEOPLE, [away(BEN, EVE)], NOW) is None

    def test_escalated_are_owners_and_who_stands_later_too(self) -> None:
        found = {one.id for one in deciders(replace(CASE, is_escalated=True), PEOPLE, [], NOW)}
        assert found == {BEN, DORA, OWNER}

    def test_escalated_are_still_not_who_asked(self) -> None:
        asked = replace(CASE, is_escalated=True, requester_id=OWNER)
        assert OWNER not in {one.id for one in deciders(asked, PEOPLE, [], NOW)}

    @given(
        steps=st.lists(
            st.builds(
                Step,
                roles=st.lists(
                    st.sampled_from(["owner", "admin", "billing", "approver"]), max_size=2
                ).map(tuple),
                people=st.lists(st.integers(1, 5), max_size=2).map(tuple),
            ),
            min_size=1,
            max_size=4,
        ).map(tuple),
        requester=st.integers(1, 5),
        given_away=st.lists(
            st.tuples(st.integers(1, 5), st.integers(1, 5)).filter(lambda p: p[0] != p[1]),
            max_size=4,
        ),
        picks=st.lists(st.integers(0, 9), min_size=4, max_size=4),
        escalated=st.booleans(),
    )
    @settings(max_examples=150, deadline=None)
    def test_a_whole_chain_never_has_one_mind_twice_nor_the_requester(
        self,
        steps: tuple[Step, ...],
        requester: int,
        given_away: list[tuple[int, int]],
        picks: list[int],
        escalated: bool,
    ) -> None:
        delegations = [away(*pair) for pair in given_away]
        taken: tuple[Decider, ...] = ()
        for number in range(len(steps)):
            case = Case(steps, number, requester, taken, escalated)
            able = deciders(case, PEOPLE, delegations, NOW)
            assert len({one.id for one in able}) == len(able)
            if not able:
                break
            taken += (able[picks[number] % len(able)],)
        hands = [one.id for one in taken]
        minds = [one.instead_of or one.id for one in taken]
        assert len(set(hands)) == len(hands)
        assert len(set(minds)) == len(minds)
        assert requester not in {*hands, *minds}


class TestStuckSteps:
    def test_are_none_where_everybody_finds_a_step(self) -> None:
        assert stuck_steps((ONE, TWO), ADA, PEOPLE) == []

    def test_name_the_step_that_only_the_requester_could_decide(self) -> None:
        assert stuck_steps((ONE, TWO), DORA, PEOPLE) == [1]

    def test_know_that_one_person_fills_one_step(self) -> None:
        assert stuck_steps((ONE, ONE), ADA, PEOPLE) == [1]

    def test_move_somebody_over_when_that_helps(self) -> None:
        # Ben could take both, Dora only the first: Dora takes it and Ben the second.
        assert stuck_steps((Step(people=(BEN, DORA)), Step(people=(BEN,))), ADA, PEOPLE) == []

    @given(
        st.lists(st.sets(st.integers(1, 4), max_size=3), min_size=1, max_size=4),
        st.integers(1, 4),
    )
    def test_agree_with_trying_every_order(self, named: list[set[int]], requester: int) -> None:
        steps = tuple(Step(people=tuple(people)) for people in named)
        able = [person.id for person in PEOPLE if person.may_approve and person.id != requester]
        passable = any(
            all(choice[i] in named[i] for i in range(len(named)))
            for choice in permutations(able, len(named))
        )
        assert (not stuck_steps(steps, requester, PEOPLE)) is passable
