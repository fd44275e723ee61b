"""The life of a request, what may have moved, reminders, stand-ins and files."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procurement.domain.approving import Delegation
from procurement.domain.delegating import (
    Circle,
    DelegationRefused,
    NoTime,
    OneAtATime,
    TooLong,
    ToOneself,
    check_delegation,
)
from procurement.domain.files import (
    LARGEST_BYTES,
    FileRefused,
    KindNotKept,
    NothingInIt,
    TooLarge,
    check_file,
    clean_name,
)
from procurement.domain.reminding import Notice, add_working_days, due_notice
from procurement.domain.repricing import Moved, Priced, differences, may_buy
from procurement.domain.request import (
    ENDED,
    TRANSITIONS,
    IllegalRequestStep,
    RequestEvent,
    RequestState,
    advance,
    event_of_approval,
)

State, Event = RequestState, RequestEvent
BERLIN = ZoneInfo("Europe/Berlin")
# 5 seats more: 120.00 for the rest of the period, 1,700.00 a period from then on.
APPROVED = Priced("EUR", 12, 17, 12_000, 170_000)


class TestTheLifeOfARequest:
    def test_nothing_leads_out_of_an_end_but_its_repetition(self) -> None:
        for state in ENDED:
            assert set(TRANSITIONS[state].values()) <= {state}

    def test_what_is_being_bought_cannot_be_taken_back(self) -> None:
        for event in (Event.WITHDRAWN, Event.TIME_RAN_OUT, Event.DECLINED):
            with pytest.raises(IllegalRequestStep):
                advance(State.BUYING, event)

    @given(st.lists(st.sampled_from(list(Event)), max_size=12))
    def test_is_bought_only_after_every_approval(self, events: list[RequestEvent]) -> None:
        state, approved = State.WAITING, False
        for event in events:
            try:
                state = advance(state, event)
            except IllegalRequestStep:
                continue
            approved = {Event.APPROVED: True, Event.ASKED_AGAIN: False}.get(event, approved)
        assert approved or state not in (State.APPROVED, State.BUYING, State.BOUGHT)

    def test_the_last_step_approves_the_request(self) -> None:
        assert event_of_approval(0, 2) is Event.STEP_APPROVED
        assert event_of_approval(1, 2) is Event.APPROVED


class TestWhatMoved:
    def test_a_rest_of_the_period_that_got_shorter_is_bought(self) -> None:
        moved = differences(APPROVED, replace(APPROVED, now_minor=11_400))
        assert [(one.what, one.delta) for one in moved] == [(Moved.NOW, -600)]
        assert may_buy(moved)

    def test_a_cent_more_at_once_is_not(self) -> None:
        assert not may_buy(differences(APPROVED, replace(APPROVED, now_minor=12_001)))

    @pytest.mark.parametrize(("today", "bought"), [(178_500, True), (178_501, False)])
    def test_the_recurring_price_may_rise_by_the_tolerance(self, today: int, bought: bool) -> None:
        # 1,700.00 x 1.05 = 1,785.00
        moved = differences(
            APPROVED, replace(APPROVED, recurring_minor=today), tolerance_basis_points=500
        )
        assert may_buy(moved) is bought

    def test_other_seats_stop_it_even_when_it_costs_less(self) -> None:
        today = replace(APPROVED, seats_before=14, now_minor=7_200)
        moved = differences(APPROVED, today, tolerance_basis_points=2_000)
        assert {one.what for one in moved if one.stops} == {Moved.SEATS_BEFORE}

    def test_another_currency_stops_it(self) -> None:
        assert not may_buy(differences(APPROVED, replace(APPROVED, currency="USD")))

    @given(st.integers(0, 10**8), st.integers(0, 10**8), st.integers(0, 2_000))
    def test_nobody_pays_more_than_was_approved(self, now: int, recurring: int, bp: int) -> None:
        today = replace(APPROVED, now_minor=now, recurring_minor=recurring)
        if may_buy(differences(APPROVED, today, tolerance_basis_points=bp)):
            assert now <= APPROVED.now_minor
            assert recurring * 10_000 <= APPROVED.recurring_minor * (10_000 + bp)


class TestReminders:
    FRIDAY = datetime(2026, 11, 20, 15, 0, tzinfo=BERLIN)

    def test_come_after_two_and_five_working_days(self) -> None:
        # Friday 15:00: two working days are Tuesday, five are the next Friday.
        tuesday = datetime(2026, 11, 24, 15, 0, tzinfo=BERLIN)
        next_friday = datetime(2026, 11, 27, 15, 0, tzinfo=BERLIN)
        second = timedelta(seconds=1)
        assert due_notice(self.FRIDAY, tuesday - second, BERLIN) is Notice.ASKED
        assert due_notice(self.FRIDAY, tuesday, BERLIN) is Notice.REMINDED
        assert due_notice(self.FRIDAY, next_friday - second, BERLIN) is Notice.REMINDED
        assert due_notice(self.FRIDAY, next_friday, BERLIN) is Notice.ESCALATED

    def test_a_weekend_counts_from_monday_on(self) -> None:
        sunday = datetime(2026, 11, 22, 20, 0, tzinfo=BERLIN)
        assert add_working_days(sunday, 2, BERLIN) == datetime(2026, 11, 25, tzinfo=BERLIN)

    def test_keep_the_time_of_day_over_the_change_of_clocks(self) -> None:
        # The clocks go back on Sunday 25 October 2026.
        friday = datetime(2026, 10, 23, 9, 0, tzinfo=BERLIN)
        due = add_working_days(friday.astimezone(UTC), 2, BERLIN)
        assert (due.hour, due.weekday()) == (9, 1)
        assert due.astimezone(UTC) - friday.astimezone(UTC) == timedelta(days=4, hours=1)


class TestDelegations:
    START = datetime(2026, 12, 1, tzinfo=UTC)

    def away(self, who: int, to: int, first: int = 0, last: int = 5) -> Delegation:
        return Delegation(
            who, to, self.START + timedelta(days=first), self.START + timedelta(days=last)
        )

    @pytest.mark.parametrize(
        ("new", "given_before", "refusal"),
        [
            ((1, 1), [], ToOneself),
            ((1, 2, 5, 5), [], NoTime),
            ((1, 2, 0, 367), [], TooLong),
            ((1, 2), [(1, 3, 4, 8)], OneAtATime),
            ((1, 2), [(2, 1)], Circle),
            ((1, 2), [(2, 3), (3, 1)], Circle),
        ],
    )
    def test_that_may_not_be_given(
        self,
        new: tuple[int, ...],
        given_before: list[tuple[int, ...]],
        refusal: type[DelegationRefused],
    ) -> None:
        with pytest.raises(refusal):
            check_delegation(self.away(*new), [self.away(*one) for one in given_before])

    def test_that_may(self) -> None:
        before = [self.away(2, 1, 5, 9), self.away(3, 2), self.away(1, 4, 5, 6)]
        check_delegation(self.away(1, 2), before)


class TestFiles:
    @pytest.mark.parametrize(
        ("given_name", "kept"),
        [
            ("offer.pdf", "offer.pdf"),
            ("../../etc/passwd.txt", "passwd.txt"),
            ("C:\\Users\\ada\\offer.pdf", "offer.pdf"),
            ("offer\u202efdp.exe", "offerfdp.exe"),
            ('a"b;c\r\n.csv', "abc.csv"),
            ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
            ("...", ""),
        ],
    )
    def test_keep_a_harmless_name(self, given_name: str, kept: str) -> None:
        assert clean_name(given_name) == kept

    @pytest.mark.parametrize(
        ("name", "content", "refusal"),
        [
            ("offer.pdf", b"", NothingInIt),
            ("offer.pdf", b"%PDF-" + b"0" * LARGEST_BYTES, TooLarge),
            ("offer.pdf", b"<html>", KindNotKept),
            ("offer.exe", b"MZ", KindNotKept),
            ("page.html", b"<html>", KindNotKept),
            ("pdf", b"%PDF-1", KindNotKept),
            ("list.csv", b"a\x00b", KindNotKept),
        ],
    )
    def test_refuse_what_is_not_kept(
        self, name: str, content: bytes, refusal: type[FileRefused]
    ) -> None:
        with pytest.raises(refusal):
            check_file(name, content)

    def test_say_their_type_by_ending_and_content(self) -> None:
        assert check_file("Offer.PDF", b"%PDF-1.7") == "application/pdf"
        assert check_file("photo.jpg", b"\xff\xd8\xff\xe0") == "image/jpeg"
