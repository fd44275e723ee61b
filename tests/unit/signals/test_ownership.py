"""Who works a task, who stands in, and how it may end."""

from datetime import date

import pytest

from signals.domain.closing import OUTCOMES, OutcomeMissing, barrier_of, check_outcome
from signals.domain.growth import GrowthPattern, NewSeat, SeatedBefore, classify, leading
from signals.domain.ownership import Absence, Account, OwnerRule, choose_owner, stand_in
from signals.domain.play_texts import PLAY_TEXTS
from signals.domain.plays import (
    LANGUAGES,
    Mail,
    PlayFault,
    PlayText,
    PlayTextWrong,
    Step,
    check,
    fill,
)
from signals.domain.tasks import CLOSED, Play, TaskState

SMALL = Account(segment="self_service", country="DE", seats=12, arr_dollars_minor=500_000)
LARGE = Account(segment="enterprise", country="US", seats=900, arr_dollars_minor=50_000_000)
MAX, MIA, MO = 1, 2, 3


class TestChooseOwner:
    def test_takes_the_least_loaded_of_the_first_rule_that_fits(self) -> None:
        rules = [
            OwnerRule(managers=(MAX,), segment="enterprise"),
            OwnerRule(managers=(MAX, MIA, MO), countries=frozenset({"DE", "AT"})),
        ]
        loads = {MAX: 4, MIA: 2, MO: 2}
        assert choose_owner(LARGE, rules, loads) == MAX
        assert choose_owner(SMALL, rules, loads) == MIA  # 2 open, as Mo has, and named first

    def test_reads_bounds_as_inclusive(self) -> None:
        rule = OwnerRule(managers=(MAX,), seats_from=12, seats_to=12, arr_from_minor=500_000)
        assert rule.fits(SMALL)
        assert not OwnerRule(managers=(MAX,), seats_from=13).fits(SMALL)
        assert not OwnerRule(managers=(MAX,), arr_to_minor=499_999).fits(SMALL)

    def test_passes_over_a_rule_whose_managers_are_gone(self) -> None:
        rules = [OwnerRule(managers=(MO,)), OwnerRule(managers=(MIA,))]
        assert choose_owner(SMALL, rules, {MIA: 25}) == MIA

    def test_leaves_the_rest_to_the_queue(self) -> None:
        assert (
            choose_owner(SMALL, [OwnerRule(managers=(MAX,), segment="enterprise")], {MAX: 0})
            is None
        )


class TestStandIn:
    def away(self, user: int, days: int, deputy: int) -> Absence:
        return Absence(user, date(2026, 11, 2), date(2026, 11, 1 + days), deputy)

    def test_is_nobody_for_two_days(self) -> None:
        absences = {MAX: self.away(MAX, 2, MIA)}
        assert stand_in(MAX, absences, date(2026, 11, 2)) == MAX

    def test_is_the_deputy_for_longer_and_only_then(self) -> None:
        absences = {MAX: self.away(MAX, 3, MIA)}  # Monday to Wednesday
        assert [stand_in(MAX, absences, date(2026, 11, day)) for day in (1, 2, 4, 5)] == [
            MAX,
            MIA,
            MIA,
            MAX,
        ]

    def test_is_the_deputy_s_deputy_when_both_are_away(self) -> None:
        absences = {MAX: self.away(MAX, 5, MIA), MIA: self.away(MIA, 5, MO)}
        assert stand_in(MAX, absences, date(2026, 11, 3)) == MO

    def test_stays_where_it_is_when_all_are_away(self) -> None:
        absences = {MAX: self.away(MAX, 5, MIA), MIA: self.away(MIA, 5, MAX)}
        assert stand_in(MAX, absences, date(2026, 11, 3)) == MAX


class TestOutcomes:
    def test_exist_for_every_end_and_for_no_other_state(self) -> None:
        assert set(OUTCOMES) == CLOSED
        assert check_outcome(TaskState.IN_PROGRESS, "anything") == ""

    @pytest.mark.parametrize("outcome", ["", "customer_bought"])
    def test_of_another_end_are_refused(self, outcome: str) -> None:
        with pytest.raises(OutcomeMissing):
            check_outcome(TaskState.DECLINED, outcome)

    def test_keep_a_barrier_only_where_the_customer_said_no_or_later(self) -> None:
        assert barrier_of(TaskState.DECLINED, "budget") == "budget"
        assert barrier_of(TaskState.NOT_NOW, "weather") == ""
        assert barrier_of(TaskState.DONE, "budget") == ""


class TestClassify:
    before = SeatedBefore(
        departments=frozenset({"Sales"}),
        regions=frozenset({"US"}),
        members=frozenset({1, 2}),
        managers=frozenset({9}),
    )

    @pytest.mark.parametrize(
        ("person", "pattern"),
        [
            (NewSeat(5, "Sales", "US"), GrowthPattern.DEPARTMENT),
            (NewSeat(5, "Legal", "US"), GrowthPattern.CROSS_DEPARTMENT),
            (NewSeat(9, "Board", "US"), GrowthPattern.HIERARCHICAL),
            (NewSeat(5, "", "US", manager_id=1), GrowthPattern.HIERARCHICAL),
            (NewSeat(5, "Sales", "APAC"), GrowthPattern.GEOGRAPHIC),
            (NewSeat(5), GrowthPattern.UNKNOWN),
        ],
    )
    def test_reads_the_widest_step_of_a_person(self, person: NewSeat, pattern: str) -> None:
        assert classify([person], self.before) == pattern

    def test_lets_most_people_decide_and_the_wider_of_equals(self) -> None:
        sales = [NewSeat(n, "Sales", "US") for n in (10, 11)]
        legal = [NewSeat(n, "Legal", "US") for n in (12, 13)]
        assert classify([*sales, legal[0]], self.before) == GrowthPattern.DEPARTMENT  # 2 to 1
        assert classify([*sales, *legal], self.before) == GrowthPattern.CROSS_DEPARTMENT  # 2 to 2

    def test_calls_the_first_purchase_no_growth(self) -> None:
        assert classify([NewSeat(1, "Sales")], SeatedBefore()) == GrowthPattern.UNKNOWN

    def test_names_what_leads_an_account(self) -> None:
        p = GrowthPattern
        assert leading([p.DEPARTMENT, p.UNKNOWN, p.GEOGRAPHIC, p.DEPARTMENT]) == p.DEPARTMENT
        assert leading([]) == p.UNKNOWN


class TestPlays:
    @pytest.mark.parametrize("play", Play)
    def test_that_come_with_the_product_are_whole_in_every_language(self, play: Play) -> None:
        text = check(PLAY_TEXTS[play])
        assert set(text.mails) == set(LANGUAGES)
        assert all(set(step.text) == set(LANGUAGES) for step in text.steps)
        assert PlayText.from_json(text.as_json()) == text

    def test_fill_a_mail_once_and_leave_out_lines_without_a_value(self) -> None:
        filled = fill(
            "Hello {contact},\n{waiting} people wait.\nBye {sender}",
            {"contact": "{sender}", "waiting": "", "sender": "Max"},
        )
        assert filled == "Hello {sender},\nBye Max"

    def test_refuse_a_field_that_nothing_fills(self) -> None:
        text = PLAY_TEXTS[Play.ADOPTION].as_json()
        text["mails"]["en"]["body"] = "Dear {boss}"
        with pytest.raises(PlayTextWrong, match="boss"):
            check(PlayText.from_json(text))

    def test_refuse_a_step_without_words(self) -> None:
        steps = (Step({"en": "Call"}, 1), Step({"en": " ", "de": "Anrufen"}, 2))
        with pytest.raises(PlayTextWrong) as refused:
            check(PlayText(steps, PLAY_TEXTS[Play.ADOPTION].mails))
        assert (refused.value.fault, refused.value.place) == (PlayFault.STEP_WITHOUT_ENGLISH, "2")

    def test_refuse_a_mail_without_a_subject_where_it_stands(self) -> None:
        text = PLAY_TEXTS[Play.ADOPTION]
        mails = {**text.mails, "de": Mail("", "Guten Tag")}
        with pytest.raises(PlayTextWrong) as refused:
            check(PlayText(text.steps, mails))
        assert (refused.value.fault, refused.value.place) == (PlayFault.MAIL_INCOMPLETE, "de")
