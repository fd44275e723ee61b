"""What organizations ask of a sign-in, and what a browser says about itself."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.domain.recency import DEFAULT_WINDOWS, Recent, is_recent
from accounts.domain.roles import OrganizationRole
from identity.domain.browsers import browser_and_system, is_phone
from identity.domain.rules import Demands, SecondFactorFor, SignInRules, has_ended, strictest

ADMIN, MEMBER = OrganizationRole.ADMIN, OrganizationRole.MEMBER
NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
HOUR = 3600.0


class TestTheStrictestRules:
    def test_of_no_organization_are_the_defaults(self) -> None:
        assert strictest([]) == Demands()

    def test_ask_of_a_person_in_several_what_any_of_them_asks(self) -> None:
        calm = SignInRules(idle_hours=8, session_days=30, password_length=10)
        strict = SignInRules(
            second_factor=SecondFactorFor.ADMINS,
            idle_hours=12,
            session_days=7,
            password_length=14,
            buying_minutes=60,
        )
        demands = strictest([(calm, ADMIN), (strict, ADMIN)])
        assert demands.second_factor
        assert (demands.idle, demands.whole) == (timedelta(hours=8), timedelta(days=7))
        assert demands.password_length == 14
        assert demands.windows == DEFAULT_WINDOWS | {Recent.BUYING: timedelta(hours=1)}

    def test_for_admins_leave_the_members_alone(self) -> None:
        rules = SignInRules(second_factor=SecondFactorFor.ADMINS)
        # Admin in an organization that asks nothing, member in the one that asks its admins.
        assert not strictest([(SignInRules(), ADMIN), (rules, MEMBER)]).second_factor
        assert strictest(
            [(SignInRules(second_factor=SecondFactorFor.EVERYBODY), MEMBER)]
        ).second_factor

    def test_never_make_a_window_longer(self) -> None:
        assert strictest([(SignInRules(changing_minutes=600), ADMIN)]).windows == DEFAULT_WINDOWS


class TestASession:
    @pytest.mark.parametrize(
        ("signed_in", "seen", "over"),
        [(1, 0.5, False), (3, 1.99, False), (3, 2.0, True), (23.9, 0, False), (24, 0, True)],
    )
    def test_ends_idle_after_two_hours_and_in_all_after_a_day(
        self, signed_in: float, seen: float, over: bool
    ) -> None:
        now = 1_000_000.0
        assert over is has_ended(
            signed_in_at=now - signed_in * HOUR,
            seen_at=now - seen * HOUR,
            now=now,
            idle=timedelta(hours=2),
            whole=timedelta(days=1),
        )

    def test_lasts_without_limits(self) -> None:
        assert not has_ended(signed_in_at=0, seen_at=0, now=10**10, idle=None, whole=None)


class TestAProof:
    @pytest.mark.parametrize(
        ("minutes", "recent"), [(0, True), (14.99, True), (15, False), (-1, False)]
    )
    def test_is_recent_within_its_window_and_not_from_the_future(
        self, minutes: float, recent: bool
    ) -> None:
        proved = NOW - timedelta(minutes=minutes)
        assert is_recent(proved, now=NOW, window=timedelta(minutes=15)) is recent

    def test_that_was_never_given_is_not(self) -> None:
        assert not is_recent(None, now=NOW, window=timedelta(days=9))


class TestABrowser:
    @pytest.mark.parametrize(
        ("says", "names"),
        [
            (
                "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Firefox/140.0",
                "Firefox Windows",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10) Chrome/140.0 Safari/537.36 Edg/140",
                "Edge macOS",
            ),
            (
                "Mozilla/5.0 (iPhone; like Mac OS X) Safari/604.1",
                "Safari iPhone",
            ),
            ("Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile Safari/537.36", "Chrome Android"),
            ("curl/8.5", " "),
        ],
    )
    def test_is_told_by_the_first_name_that_others_do_not_copy(self, says: str, names: str) -> None:
        assert " ".join(browser_and_system(says)) == names
        assert is_phone(says) is names.endswith(("iPhone", "Android"))
