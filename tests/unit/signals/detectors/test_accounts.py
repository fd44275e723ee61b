"""Value, requests, champions, contacts, refusals, overage and milestones."""

from datetime import date, timedelta
from fractions import Fraction

import pytest

from seats.domain.outcomes import Standing
from seats.domain.utilization import Utilization
from signals.domain.detectors.limits import (
    Overage,
    OverageSettings,
    Refusals,
    RefusalSettings,
    Refused,
    found_overage,
    found_refusals,
)
from signals.domain.detectors.milestones import (
    Milestone,
    RenewalSettings,
    TrialSettings,
    found_renewal,
    found_trial,
    step_of,
)
from signals.domain.detectors.relationship import (
    Asked,
    Champions,
    ChampionSettings,
    Contacts,
    ContactSettings,
    IntentSettings,
    Requests,
    found_champion_left,
    found_intent,
    found_single_threaded,
)
from signals.domain.detectors.value import (
    DepartmentOutcomes,
    Outcome,
    ValueSettings,
    found_value,
)
from signals.domain.rule_settings import SettingsRefused

TODAY = date(2026, 11, 20)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


class TestAnOutcome:
    def facts(self, value: int, baseline: int = 100) -> DepartmentOutcomes:
        standing = Standing(Fraction(value), Fraction(baseline))
        return DepartmentOutcomes("Sales", (Outcome("time_saved", "hours", standing),))

    def test_reaches_its_target_at_thirty_percent(self) -> None:
        found = found_value(self.facts(130), ValueSettings())  # 30 / 100
        assert found is not None
        assert found.evidence[0]["change"] == 3000
        assert found_value(self.facts(129), ValueSettings()) is None

    def test_says_nothing_over_a_baseline_of_zero(self) -> None:
        assert found_value(self.facts(50, baseline=0), ValueSettings()) is None


class TestARequest:
    def test_is_told_by_category_with_its_first_day(self) -> None:
        asked = (Asked("sso", ago(9)), Asked("sso", ago(3)), Asked("teams", ago(80)))
        found = found_intent(Requests(TODAY, asked), IntentSettings())
        assert found is not None
        (evidence,) = found.evidence
        assert dict(evidence.values) == {"category": "sso", "count": 2, "since_on": ago(9)}

    def test_is_no_news_without_one(self) -> None:
        assert found_intent(Requests(TODAY, ()), IntentSettings()) is None


class TestAChampion:
    def test_who_left_is_news_for_thirty_days(self) -> None:
        assert found_champion_left(Champions(TODAY, (ago(29),), 1), ChampionSettings()) is not None
        assert found_champion_left(Champions(TODAY, (ago(30),), 1), ChampionSettings()) is None


class TestAnAccount:
    def found(self, *seen: date | None, purchased: int = 10) -> bool:
        return (
            found_single_threaded(Contacts(TODAY, seen, purchased), ContactSettings()) is not None
        )

    def test_hangs_on_one_contact(self) -> None:
        assert self.found(ago(1), ago(60), None)
        assert not self.found(ago(1), ago(59))

    def test_is_left_alone_while_it_is_small(self) -> None:
        assert not self.found(ago(1), purchased=9)

    def test_is_watched_for_three_days_first(self) -> None:
        assert ContactSettings().pending_days == 3


class TestTheLimit:
    def test_counts_people_and_not_attempts(self) -> None:
        refused = (
            Refused("m1", ago(2), at_sign_in=True),
            Refused("m1", ago(1), at_sign_in=True),
            Refused("m2", ago(1), at_sign_in=False),
            Refused("m3", ago(7), at_sign_in=False),  # a week ago: over
        )
        found = found_refusals(Refusals(TODAY, refused), RefusalSettings())
        assert found is not None
        assert found.seats == 2
        by_code = {each.code.value: dict(each.values) for each in found.evidence}
        assert by_code == {
            "assignment_refused": {"count": 1, "since_on": ago(1)},
            "sign_in_refused": {"people": 1, "since_on": ago(2)},
        }

    def test_lends_seats_until_a_day(self) -> None:
        found = found_overage(Overage(Utilization(10, 12, 9), ago(-5)), OverageSettings())
        assert found is not None
        assert found.seats == 2  # 12 - 10
        assert found.evidence[1]["ends_on"] == ago(-5)
        none = Overage(Utilization(10, 10, 9), None)
        assert found_overage(none, OverageSettings()) is None


class TestAMilestone:
    def facts(self, days: int) -> Milestone:
        return Milestone(TODAY, TODAY + timedelta(days=days), Utilization(10, 8, 7))

    @pytest.mark.parametrize(
        ("days", "step"), [(91, None), (90, 90), (61, 90), (60, 60), (30, 30), (0, 30), (-1, None)]
    )
    def test_is_held_until_the_next_one_begins(self, days: int, step: int | None) -> None:
        assert step_of(days, RenewalSettings().steps) == step
        told = [s for s in (90, 60, 30) if found_renewal(self.facts(days), s, RenewalSettings())]
        assert told == ([] if step is None else [step])

    def test_of_a_trial_is_a_week_and_two_days_ahead(self) -> None:
        assert found_trial(self.facts(7), 7, TrialSettings()) is not None
        assert found_trial(self.facts(2), 7, TrialSettings()) is None
        assert found_trial(self.facts(2), 2, TrialSettings()) is not None

    def test_comes_after_the_one_before(self) -> None:
        with pytest.raises(SettingsRefused) as refused:
            RenewalSettings(first_days=60, second_days=60)
        assert refused.value.problems[0].name == "second_days"
