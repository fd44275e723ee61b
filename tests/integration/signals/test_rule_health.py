"""Rules that are measured, muted by the night and heard again by a person; mail in doubt."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.domain.roles import StaffScope
from accounts.models import HistoryEntry
from accounts.tenancy import organization_context, staff_context
from signals.models import ExpansionTask, Notification, RuleMute, Signal
from signals.selectors.rule_health import months_of_rule, rule_health
from signals.services.rule_mutes import mute_false_rules
from tests.integration.signals.test_notice_digest import tell
from tests.integration.signals.world import World, day
from tests.support.people import make_user

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])


def end_tasks(world: World, count: int, *, state: str, at: datetime, seats: int = 0) -> None:
    """Let tasks of the rule about use have ended, four hours after they were first worked on."""
    with organization_context(world.id):
        for n in range(count):
            task = ExpansionTask.objects.create(
                organization=world.organization,
                play="add_seats",
                owner=world.max,
                state=state,
                reason="So it was.",
                created_at=at - timedelta(days=1),
                first_action_at=at - timedelta(days=1) + timedelta(hours=4),
                ended_at=at + timedelta(minutes=n),
                reminder_at=at,
                due_at=at,
                currency="EUR",
                seats_credited=seats,
                arr_credited_minor=seats * 10_000,
            )
            Signal.objects.create(
                organization=world.organization,
                kind="utilization",
                status="resolved",
                resolution="cleared",
                resolved_at=at,
                created_at=at - timedelta(days=1),
                opened_on=at.date(),
                raised_at=at,
                evaluated_on=at.date(),
                task=task,
            )


def changes() -> list[tuple[str, bool, str, int, int]]:
    return list(
        RuleMute.objects.order_by("id").values_list(
            "kind", "is_muted", "cause", "false_ended", "ended"
        )
    )


@pytest.fixture
def olga() -> Client:
    client = Client()
    client.force_login(make_user("olga", vendor_role="vendor_admin"))
    return client


class TestTheNight:
    def test_mutes_a_rule_most_of_whose_tasks_were_false_and_says_so(self) -> None:
        lago = World("lago")
        end_tasks(lago, 10, state="false_positive", at=day(0))
        end_tasks(lago, 9, state="done", at=day(0), seats=5)
        assert mute_false_rules(now=day(1)) == []
        end_tasks(lago, 1, state="false_positive", at=day(0))
        # 11 of 20 are 55 %.
        assert mute_false_rules(now=day(1)) == ["utilization"]
        assert mute_false_rules(now=day(2)) == []
        assert changes() == [("utilization", True, "measured", 11, 20)]
        with staff_context(user_id=0, scope=StaffScope.ALL):
            assert HistoryEntry.objects.filter(verb="rule_muted").count() == 1
            rule = next(row for row in rule_health(now=day(1)) if row.kind == "utilization")
            (month,) = months_of_rule("utilization", now=day(1))
        assert rule.state[1] == "bad"
        assert (rule.tasks, rule.acted_on, rule.ended, rule.false_ended) == (20, 20, 20, 11)
        # Nine tasks won five seats each, worth 100 EUR a seat and year.
        assert (rule.seats_won, rule.won, rule.hours) == (45, [(450_000, "EUR")], 4.0)
        assert (month.ended, month.false_ended, month.won, month.seats) == (20, 11, 9, 45)

    def test_judges_anew_after_a_person_switched_it_on(self, olga: Client) -> None:
        lago, now = World("lago"), timezone.now()
        end_tasks(lago, 20, state="false_positive", at=now - timedelta(days=2))
        mute_false_rules(now=now)
        page = "/vendor/rules/health/utilization/"
        shown = olga.get(page).content.decode()
        assert "20 of 20 ended tasks were false" in shown
        assert olga.post(page, {"messages": "on", "reason": " "}).status_code == 422
        olga.post(page, {"messages": "on", "reason": "The threshold was mended."})
        later = timezone.now() + timedelta(hours=1)
        assert mute_false_rules(now=later) == []
        end_tasks(lago, 20, state="false_positive", at=later)
        assert mute_false_rules(now=later + timedelta(days=1)) == ["utilization"]
        assert [row[1] for row in changes()] == [True, False, True]


class TestThePages:
    def test_list_and_export_every_rule(self, olga: Client) -> None:
        end_tasks(World("lago"), 1, state="done", at=timezone.now() - timedelta(days=1))
        assert "No rule needs a look" in olga.get("/vendor/rules/health/").content.decode()
        file = olga.get("/vendor/rules/health.csv").content.decode()
        assert "Seats running out,too few tasks to tell,1," in file

    def test_settle_mail_in_doubt(self, olga: Client) -> None:
        lago = World("lago")
        for name in ("a", "b", "c"):
            tell(lago, name)
        with organization_context(lago.id):
            Notification.objects.all().update(state="uncertain", attempts=1)
            first, second, _third = Notification.objects.order_by("pk").values_list("pk", flat=True)
        page = "/vendor/jobs/messages/"
        assert "lago" in olga.get(page).content.decode().lower()
        olga.post(page, {"id": first, "do": "again"})
        olga.post(page, {"id": second, "do": "rest"})
        with organization_context(lago.id):
            rows = Notification.objects.order_by("pk").values_list("state", "attempts")
            assert list(rows) == [("pending", 0), ("kept", 1), ("uncertain", 1)]
