"""Planned expansions: their days, their states, the profile they follow, and the reminders."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import HistoryEntry, Organization, User
from accounts.services.history import Actor
from accounts.tenancy import organization_context
from procurement.domain.planning import PlanState
from procurement.models import (
    PlannedExpansion,
    PlanReminder,
    ProcurementProfile,
    ProfileProposal,
)
from procurement.services.planning import (
    PlanHasMovedOn,
    PlanNotPossible,
    change_plan,
    move_plan,
    plan_expansion,
)
from procurement.services.profile import (
    FreezeDetails,
    ProfileDetails,
    ProfileNotPossible,
    ProposalNotOpen,
    answer_proposal,
    change_profile,
    current_details,
    propose_profile,
)
from procurement.services.reminders import remind_plans
from tests.support.people import make_admin, make_membership, make_organization, make_user

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 22)


@pytest.fixture
def max_(db: None) -> User:
    return make_user("max", vendor_role="account_manager")


@pytest.fixture
def acme(max_: User) -> Organization:
    return make_organization("acme", account_manager=max_, time_zone="Europe/Berlin")


@pytest.fixture
def ada(acme: Organization) -> User:
    return make_admin("ada", acme)


def planned(acme: Organization, ada: User, wanted_on: date = date(2027, 3, 1)) -> PlannedExpansion:
    return plan_expansion(
        organization_id=acme.pk,
        seats=20,
        wanted_on=wanted_on,
        reason="New team in Lyon",
        actor=Actor.of(ada),
        now=NOW,
        today=TODAY,
    )


def reread(acme: Organization, plan: PlannedExpansion) -> PlannedExpansion:
    with organization_context(acme.pk):
        return PlannedExpansion.objects.get(pk=plan.pk)


def write(acme: Organization, ada: User, details: ProfileDetails) -> ProcurementProfile:
    return change_profile(
        organization_id=acme.pk, details=details, actor=Actor.of(ada), now=NOW, today=TODAY
    )


def verbs(acme: Organization) -> list[str]:
    with organization_context(acme.pk):
        return list(HistoryEntry.objects.order_by("pk").values_list("verb", flat=True))


class TestAPlan:
    def test_starts_the_usual_lead_time_ahead(self, acme: Organization, ada: User) -> None:
        plan = planned(acme, ada)
        # 1 March 2027 minus 75 days
        assert plan.start_by_on == date(2026, 12, 16)
        assert "expansion_planned" in verbs(acme)

    def test_follows_the_profile_when_that_changes(self, acme: Organization, ada: User) -> None:
        plan = planned(acme, ada)
        freeze = FreezeDetails("Year end", date(2026, 12, 15), date(2027, 1, 6))
        write(acme, ada, ProfileDetails(lead_days=75, freezes=(freeze,)))
        after = reread(acme, plan)
        assert after.start_by_on == date(2026, 12, 14)
        assert after.version == plan.version + 1

    def test_gets_new_days_with_another_wanted_day(self, acme: Organization, ada: User) -> None:
        plan = planned(acme, ada)
        change_plan(
            organization_id=acme.pk,
            plan_id=plan.pk,
            seats=25,
            wanted_on=date(2027, 4, 1),
            reason=plan.reason,
            actor=Actor.of(ada),
            now=NOW,
            today=TODAY,
        )
        after = reread(acme, plan)
        # 1 April 2027 minus 75 days: 31 March, 28 February, 16 of January -> 16 January.
        assert (after.seats, after.start_by_on) == (25, date(2027, 1, 16))

    @pytest.mark.parametrize(
        ("seats", "wanted_on", "reason", "about"),
        [
            (0, date(2027, 3, 1), "Lyon", "seats"),
            (5, date(2026, 11, 21), "Lyon", "wanted_on"),
            (5, date(2032, 1, 1), "Lyon", "wanted_on"),
            (5, date(2027, 3, 1), "  ", "reason"),
        ],
    )
    def test_names_what_is_missing(
        self, acme: Organization, ada: User, seats: int, wanted_on: date, reason: str, about: str
    ) -> None:
        with pytest.raises(PlanNotPossible) as refused:
            plan_expansion(
                organization_id=acme.pk, seats=seats, wanted_on=wanted_on, reason=reason,
                actor=Actor.of(ada), now=NOW, today=TODAY,
            )  # fmt: skip
        assert refused.value.details["about"] == about

    def test_goes_through_its_states_and_no_others(self, acme: Organization, ada: User) -> None:
        plan = planned(acme, ada)

        def move(to: PlanState) -> None:
            move_plan(
                organization_id=acme.pk, plan_id=plan.pk, to=to, actor=Actor.of(ada), now=NOW,
                today=TODAY,
            )  # fmt: skip

        move(PlanState.STARTED)
        assert reread(acme, plan).started_on == TODAY
        move(PlanState.PLANNED)
        assert reread(acme, plan).started_on is None
        move(PlanState.DROPPED)
        move(PlanState.PLANNED)
        move(PlanState.DONE)
        move(PlanState.DONE)
        with pytest.raises(PlanHasMovedOn):
            move(PlanState.PLANNED)
        assert verbs(acme).count("planned_expansion_done") == 1

    def test_is_held_by_the_database(self, acme: Organization, ada: User) -> None:
        plan = planned(acme, ada)
        with (
            organization_context(acme.pk),
            pytest.raises(DatabaseError, match="a_plan_starts_before_it_closes"),
            transaction.atomic(),
        ):
            PlannedExpansion.objects.filter(pk=plan.pk).update(start_by_on=date(2028, 1, 1))


class TestTheProfile:
    def test_is_written_once_and_recorded_once(self, acme: Organization, ada: User) -> None:
        details = ProfileDetails(4, (1, 9), 60, "Nils", "nils@acme.example", "", ("4711",))
        assert write(acme, ada, details).version == 1
        assert write(acme, ada, details).version == 1
        with organization_context(acme.pk):
            assert current_details(acme.pk) == details
        assert verbs(acme).count("procurement_profile_changed") == 1

    def test_is_refused_when_it_leaves_no_day_to_ask(self, acme: Organization, ada: User) -> None:
        freeze = FreezeDetails("December", date(2026, 12, 1), date(2026, 12, 31))
        with pytest.raises(ProfileNotPossible) as refused:
            write(acme, ada, ProfileDetails(budget_months=(12,), freezes=(freeze,)))
        assert refused.value.details["about"] == "freezes"

    def test_takes_over_what_the_account_manager_proposes(
        self, acme: Organization, ada: User, max_: User
    ) -> None:
        freeze = FreezeDetails("Stocktaking", date(2027, 6, 1), date(2027, 6, 30), every_year=False)
        details = ProfileDetails(lead_days=90, freezes=(freeze,))
        proposal = propose_profile(
            organization_id=acme.pk, details=details, note="As your buyer told me",
            actor=Actor.of(max_), now=NOW, today=TODAY,
        )  # fmt: skip
        given = {
            "organization_id": acme.pk, "proposal_id": proposal.pk, "accept": True,
            "actor": Actor.of(ada), "now": NOW, "today": TODAY,
        }  # fmt: skip
        answer_proposal(**given)  # type: ignore[arg-type]
        with organization_context(acme.pk):
            assert current_details(acme.pk) == details
            assert ProfileProposal.objects.get().state == ProfileProposal.State.ACCEPTED
        with pytest.raises(ProposalNotOpen):
            answer_proposal(**given)  # type: ignore[arg-type]

    def test_stays_when_a_proposal_is_declined_and_a_newer_one_replaces_it(
        self, acme: Organization, ada: User, max_: User
    ) -> None:
        for days in (80, 90):
            last = propose_profile(
                organization_id=acme.pk, details=ProfileDetails(lead_days=days), note="So it is",
                actor=Actor.of(max_), now=NOW, today=TODAY,
            )  # fmt: skip
        answer_proposal(
            organization_id=acme.pk, proposal_id=last.pk, accept=False, actor=Actor.of(ada),
            now=NOW, today=TODAY,
        )  # fmt: skip
        with organization_context(acme.pk):
            states = ProfileProposal.objects.order_by("pk").values_list("state", flat=True)
            assert list(states) == ["withdrawn", "declined"]
            assert current_details(acme.pk) == ProfileDetails()


@pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])
class TestReminders:
    def test_go_out_14_days_ahead_and_on_the_day_once_each(self) -> None:
        acme = make_organization("acme", time_zone="Asia/Jakarta")
        ada = make_admin("ada", acme)
        make_membership(acme, user=make_user("ben"))
        planned(acme, ada)  # to start by 16 December

        def at(day: date, hour: int = 9) -> int:
            return remind_plans(now=datetime(day.year, day.month, day.day, hour, tzinfo=UTC))

        assert at(date(2026, 12, 1), 9) == 0
        # 18:00 in UTC is the 2nd in Jakarta (UTC+7).
        assert at(date(2026, 12, 1), 18) == 1
        assert at(date(2026, 12, 9)) == 0
        assert at(date(2026, 12, 16)) == 1
        assert at(date(2026, 12, 17)) == 0
        assert [message.to for message in mail.outbox] == [["ada@example.com"]] * 2
        assert "Start by December 16, 2026: 20 seats for Acme" in mail.outbox[0].subject
        assert "Time to start" in mail.outbox[1].subject
        with organization_context(acme.pk):
            assert PlanReminder.objects.count() == 2

    def test_of_a_started_plan_are_not_sent(self) -> None:
        acme = make_organization("acme")
        ada = make_admin("ada", acme)
        plan = planned(acme, ada)
        move_plan(
            organization_id=acme.pk, plan_id=plan.pk, to=PlanState.STARTED, actor=Actor.of(ada),
            now=NOW, today=TODAY,
        )  # fmt: skip
        assert remind_plans(now=datetime(2026, 12, 16, 9, tzinfo=UTC)) == 0
        assert mail.outbox == []


class TestPages:
    def test_show_the_day_the_way_and_the_warning(self, acme: Organization, ada: User) -> None:
        client = Client()
        client.force_login(ada)
        today = timezone.now().astimezone(UTC).date()
        answer = client.post(
            reverse("plan_new", args=[acme.slug]),
            {"seats": 20, "wanted_on": str(today + timedelta(days=20)), "reason": "Lyon <b>"},
            follow=True,
        )
        page = answer.content.decode()
        assert "20 seats are late" in page
        assert "Lyon &lt;b&gt;" in page
        assert "timeline-late" in page
        with organization_context(acme.pk):
            plan = PlannedExpansion.objects.get()
        started = client.post(reverse("plan_move", args=[acme.slug, plan.pk]), {"to": "started"})
        assert started["Location"].endswith("/seats/add/?seats=20")
        assert reread(acme, plan).state == PlanState.STARTED

    def test_preview_what_a_day_means(self, acme: Organization, ada: User) -> None:
        client = Client()
        client.force_login(ada)
        day = timezone.now().date() + timedelta(days=200)
        page = client.get(
            reverse("plan_preview", args=[acme.slug]), {"wanted_on": str(day)}
        ).content.decode()
        assert "Start by" in page
        assert "message-good" in page
        empty = client.get(reverse("plan_preview", args=[acme.slug]), {"wanted_on": "soon"})
        assert "Choose a day" in empty.content.decode()

    def test_take_a_profile_and_say_what_is_wrong_with_it(
        self, acme: Organization, ada: User
    ) -> None:
        client = Client()
        client.force_login(ada)
        address = reverse("buying_profile", args=[acme.slug])
        filled = {
            "fiscal_start_month": "4", "lead_days": "80", "budget_months": ["1", "9"],
            "contact_name": "Nils", "cost_centres": "4711\n\n4712\n4711",
            "papers": ["order_form"], "freeze_name_0": "Year end",
            "freeze_first_0": "2026-12-15", "freeze_last_0": "2026-12-01",
        }  # fmt: skip
        refused = client.post(address, filled)
        assert refused.status_code == 422
        assert "The last day is before the first." in refused.content.decode()
        assert client.post(address, filled | {"freeze_last_0": "2027-01-06"}).status_code == 302
        with organization_context(acme.pk):
            details = current_details(acme.pk)
        assert details.cost_centres == ("4711", "4712")
        assert details.budget_months == (1, 9)
        assert details.freezes[0].last_on == date(2027, 1, 6)

    def test_show_the_portfolio_by_day_to_its_account_manager_only(
        self, acme: Organization, ada: User, max_: User
    ) -> None:
        today = timezone.now().date()
        globex = make_organization("globex")
        cleo = make_admin("cleo", globex)
        for organization, admin, days in ((acme, ada, 200), (acme, ada, 100), (globex, cleo, 90)):
            plan_expansion(
                organization_id=organization.pk, seats=days, wanted_on=today + timedelta(days=days),
                reason=f"in {days}", actor=Actor.of(admin), now=timezone.now(), today=today,
            )  # fmt: skip
        client = Client()
        client.force_login(max_)
        page = client.get(reverse("vendor_planning")).content.decode()
        assert page.index("in 100") < page.index("in 200")
        assert "Globex" not in page
        rows = client.get(reverse("vendor_planning_export", args=["csv"])).content.decode()
        assert len(rows.strip().splitlines()) == 3

    def test_let_the_account_manager_propose(
        self, acme: Organization, ada: User, max_: User
    ) -> None:
        client = Client()
        client.force_login(max_)
        address = reverse("vendor_buying_profile", args=[acme.slug])
        form = {"fiscal_start_month": "1", "lead_days": "90", "note": "As your buyer told me"}
        assert client.post(address, form).status_code == 302
        own = Client()
        own.force_login(ada)
        page = own.get(reverse("buying_profile", args=[acme.slug])).content.decode()
        assert "As your buyer told me" in page
        assert "Lead time in days" in page
