"""The timeline of an unpaid invoice, in the organization's time zone."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.domain.dunning import (
    End,
    ImpossiblePolicy,
    Policy,
    Step,
    StepKind,
    due,
    next_step,
    timeline,
)
from tests.unit.billing.strategies import bounded

BERLIN = ZoneInfo("Europe/Berlin")
POLICY = Policy((0, 3, 7), 10, 30, End.CANCELED)
# Friday, 20 March 2026, 23:30 in Berlin: summer time begins nine days later.
SINCE = datetime(2026, 3, 20, 22, 30, tzinfo=UTC)


def at(day: int, hour: int, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


class TestPolicy:
    @pytest.mark.parametrize(
        ("days", "restrict", "end", "about", "sentence"),
        [
            ((), 10, 30, "reminder_days", "Send 1 to 6 reminders."),
            ((0, 1, 2, 3, 4, 5, 6), 10, 30, "reminder_days", "Send 1 to 6 reminders."),
            ((3, 3), 10, 30, "reminder_days", "Each reminder is on a later day."),
            ((7, 3), 10, 30, "reminder_days", "Each reminder is on a later day."),
            ((-1, 3), 10, 30, "reminder_days", "Each reminder is on a later day."),
            ((3, 30), 10, 30, "reminder_days", "Reminders come before the end."),
            (
                (3,),
                3,
                30,
                "restrict_after_days",
                "Nobody is restricted before the first reminder.",
            ),
            ((3,), 10, 10, "end_after_days", "The end comes after the restriction."),
            ((3,), 10, 181, "end_after_days", "The end comes within 180 days."),
        ],
    )
    def test_refuses_days_that_contradict_each_other(
        self, days: tuple[int, ...], restrict: int, end: int, about: str, sentence: str
    ) -> None:
        with pytest.raises(ImpossiblePolicy) as refused:
            Policy(days, restrict, end, End.UNPAID)
        assert (refused.value.about, str(refused.value)) == (about, sentence)

    def test_takes_the_widest_that_is_allowed(self) -> None:
        assert Policy((0, 1, 2, 3, 4, 179), 1, 180, End.PAST_DUE).end_after_days == 180


class TestTimeline:
    def test_falls_on_mornings_of_the_organization(self) -> None:
        assert timeline(POLICY, SINCE, BERLIN) == (
            Step(StepKind.REMINDER, 0, SINCE),
            # 20 March + 3 days at 09:00 in winter, + 10 and + 30 days at 09:00 in summer.
            Step(StepKind.REMINDER, 3, at(23, 8)),
            Step(StepKind.REMINDER, 7, at(27, 8)),
            Step(StepKind.RESTRICT, 10, at(30, 7)),
            Step(StepKind.END, 30, at(19, 7, month=4)),
        )

    def test_moves_what_is_to_come_by_the_days_of_a_pause(self) -> None:
        steps = timeline(POLICY, SINCE, BERLIN, held_days=5, taken={"reminder-0": SINCE})
        assert steps[0].at == SINCE
        assert steps[1].at == at(28, 8)

    def test_keeps_the_distance_between_restriction_and_end(self) -> None:
        late = datetime(2026, 4, 12, 12, tzinfo=UTC)
        steps = timeline(POLICY, SINCE, BERLIN, taken={"restrict-10": late})
        # 30 - 10 days after 12 April.
        assert steps[-1] == Step(StepKind.END, 30, datetime(2026, 5, 2, 7, tzinfo=UTC))

    @bounded
    @given(
        st.sets(st.integers(0, 9), min_size=1, max_size=6),
        st.integers(0, 3 * 365 * 86_400).map(lambda second: SINCE + timedelta(seconds=second)),
        st.sampled_from(["Europe/Berlin", "Asia/Jakarta", "America/New_York", "UTC"]),
        st.integers(0, 60),
    )
    def test_warns_before_it_restricts_and_restricts_before_it_ends(
        self, days: set[int], since: datetime, zone: str, held: int
    ) -> None:
        policy = Policy(tuple(sorted(days)), 10, 20, End.UNPAID)
        steps = timeline(policy, since, ZoneInfo(zone), held_days=held)
        kinds = [step.kind for step in steps]
        assert kinds[0] is StepKind.REMINDER
        assert kinds[-2:] == [StepKind.RESTRICT, StepKind.END]
        assert all(step.at >= since for step in steps)


class TestDue:
    STEPS = timeline(POLICY, SINCE, BERLIN)

    def test_nothing_before_its_moment(self) -> None:
        assert due(self.STEPS, SINCE - timedelta(seconds=1), taken=frozenset()).steps == ()

    def test_a_step_at_its_moment_and_not_again(self) -> None:
        assert due(self.STEPS, SINCE, taken=frozenset()).steps == (self.STEPS[0],)
        assert due(self.STEPS, SINCE, taken=frozenset({"reminder-0"})).steps == ()

    def test_only_the_last_of_several_reminders(self) -> None:
        found = due(self.STEPS, at(28, 8), taken=frozenset())
        assert [step.name for step in found.steps] == ["reminder-7"]
        assert [step.name for step in found.skipped] == ["reminder-0", "reminder-3"]

    def test_the_restriction_alone_when_everything_is_late(self) -> None:
        found = due(self.STEPS, at(1, 0, month=6), taken=frozenset())
        assert [step.name for step in found.steps] == ["restrict-10"]
        assert len(found.skipped) == 3

    def test_nothing_while_paused_and_everything_when_the_pause_is_over(self) -> None:
        until = at(1, 0, month=4)
        before = due(
            self.STEPS, until - timedelta(seconds=1), taken=frozenset(), paused_until=until
        )
        assert before.steps == before.skipped == ()
        assert due(self.STEPS, until, taken=frozenset(), paused_until=until).steps

    def test_names_what_comes_next(self) -> None:
        assert next_step(self.STEPS, taken=frozenset({"reminder-0"})) == self.STEPS[1]
        assert next_step(self.STEPS, taken=frozenset(s.name for s in self.STEPS)) is None
