"""The list of people at length: order and marks by summaries, views that are kept, long exports."""

import csv
from datetime import timedelta
from io import StringIO

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Department, HistoryEntry, Membership, Organization, Region, User
from accounts.tenancy import organization_context
from seats.domain.power import Month, bounds
from seats.models import ActivityDay, Feature, MemberFeature, MemberSummary, PeopleExport, UsageDay
from seats.selectors.people_list import People, PeopleOrder, PeopleQuery
from seats.services.people_exports import forget_exports, sweep_exports, write_export
from seats.services.summaries import count_summaries
from tests.integration.people.conftest import GiveSeats, SignedIn
from tests.support.people import make_membership, make_user

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])


@pytest.fixture
def admin(acme: Organization, ada: User, signed_in: SignedIn) -> Client:
    return signed_in(ada)


@pytest.fixture
def team(acme: Organization) -> list[Membership]:
    """Twelve people: the nth was active on 2n of the last days, and used n of six features."""
    today = timezone.now().date()
    with organization_context(acme.pk):
        north = Region.objects.create(organization=acme, name="North")
        features = [Feature.objects.create(organization=acme, name=f"f{n}") for n in range(6)]
        people = [
            Membership.objects.create(
                organization=acme,
                name=f"P{n:02}",
                external_id=f"p{n}",
                region=north if n % 2 else None,
                title="Lead" if n > 9 else "",
                created_at=timezone.now() - timedelta(days=90),
            )
            for n in range(12)
        ]
        for n, person in enumerate(people):
            days = [today - timedelta(days=back) for back in range(2 * n)]
            ActivityDay.objects.bulk_create(
                ActivityDay(organization=acme, membership=person, day=day, actions=1)
                for day in days
            )
            for feature in features[:n]:
                MemberFeature.objects.create(
                    organization=acme,
                    membership=person,
                    feature=feature,
                    first_day=today,
                    last_day=today,
                    events=n,
                )
                UsageDay.objects.create(
                    organization=acme, membership=person, feature=feature, day=today, events=n
                )
    count_summaries(now=timezone.now())
    return people


def names(client: Client, query: str = "") -> list[str]:
    rows = client.get(f"/o/acme/people/{query}").context["rows"]
    return [row.membership.display_name for row in rows]


class TestSummaries:
    def test_order_and_mark_as_the_rule_says(
        self, admin: Client, acme: Organization, team: list[Membership]
    ) -> None:
        # P00 was never active and comes last with Ada, by name.
        expected = [f"P{n:02}" for n in range(11, 0, -1)] + ["Ada", "P00"]
        assert names(admin, "?sort=-active_days") == expected
        assert names(admin, "?sort=active_days")[:2] == ["P01", "P02"]
        limits = bounds([Month(2 * n, min(n, 6)) for n in range(1, 12)])
        assert limits is not None
        power = [f"P{n:02}" for n in range(1, 12) if limits.holds(Month(2 * n, min(n, 6)))]
        # Eleven were active: rank 10 of 11 has 20 days; six features are the most.
        assert power == ["P10", "P11"]
        assert names(admin, "?power=1") == power
        row = admin.get("/o/acme/people/?q=P11").context["rows"][0]
        assert (row.active_days_28, row.features, row.more_features) == (22, 6, 4)
        assert [(use.name, use.events) for use in row.uses] == [("f0", 11), ("f1", 11)]

    def test_forget_who_is_no_longer_active(
        self, acme: Organization, team: list[Membership]
    ) -> None:
        assert count_summaries(now=timezone.now()) == 0
        count_summaries(now=timezone.now() + timedelta(days=60))
        with organization_context(acme.pk):
            assert not MemberSummary.objects.exists()

    def test_page_through_everybody_once_in_every_order(
        self, acme: Organization, team: list[Membership]
    ) -> None:
        with organization_context(acme.pk):
            everybody = set(Membership.objects.values_list("pk", flat=True))
            for order in PeopleOrder:
                for is_descending in (False, True):
                    people = People(
                        PeopleQuery(order=order, is_descending=is_descending),
                        organization_id=acme.pk,
                        now=timezone.now(),
                    )
                    paged = [pk for start in range(0, 15, 5) for pk in people.ids(start, start + 5)]
                    assert len(paged) == len(everybody)
                    assert paged == people.ids(0, None)
                    assert set(paged) == everybody


class TestDepartments:
    @pytest.mark.parametrize("is_descending", [False, True])
    def test_are_paged_in_the_order_of_the_whole_list_and_nobody_s_last(
        self, acme: Organization, team: list[Membership], is_descending: bool
    ) -> None:
        # By name: alpha 3 people, Beta 4, gamma 1, delta nobody, and 4 in none.
        with organization_context(acme.pk):
            sizes = {"Beta": 4, "alpha": 3, "delta": 0, "gamma": 1}
            people = iter(reversed(team))
            for name, size in sizes.items():
                department = Department.objects.create(organization=acme, name=name)
                for _place in range(size):
                    person = next(people)
                    person.department = department
                    person.save(update_fields=["department"])
            query = PeopleQuery(order=PeopleOrder.DEPARTMENT, is_descending=is_descending)
            found = People(query, organization_id=acme.pk, now=timezone.now())
            whole = found.ids(0, None)
            rows = found.rows(whole)
            for step in (1, 3, 5, 40):
                pages = [found.ids(start, start + step) for start in range(0, 40, step)]
                assert [pk for page in pages for pk in page] == whole
        by_department = [row.membership.department for row in rows]
        shown = list(dict.fromkeys(each.name if each else "" for each in by_department))
        assert shown == [
            *sorted(("alpha", "Beta", "gamma"), reverse=is_descending, key=str.lower),
            "",
        ]
        assert len(whole) == len(set(whole)) >= len(team)


class TestFilters:
    def test_by_region_level_and_days_of_silence(
        self, admin: Client, acme: Organization, team: list[Membership]
    ) -> None:
        with organization_context(acme.pk):
            north = Region.objects.get().pk
        assert names(admin, f"?region={north}&level=Lead") == ["P11"]
        assert names(admin, "?level=Lead") == ["P10", "P11"]
        # None has a last activity yet; Ada was added today and has not been silent for long.
        assert "Ada" not in names(admin, "?inactive=30")
        assert len(names(admin, "?inactive=30")) == 12
        assert names(admin, "?inactive=100") == []


class TestSavedViews:
    def save(self, client: Client, name: str, query: str, *, shared: bool = False) -> None:
        form = {"name": name, "next": f"/o/acme/people/?{query}"}
        answer = client.post("/o/acme/people/views/", form | ({"is_shared": "1"} if shared else {}))
        assert answer.status_code == 302

    def test_are_mine_until_i_share_them(
        self, admin: Client, acme: Organization, signed_in: SignedIn
    ) -> None:
        self.save(admin, "Quiet leads", "level=Lead&inactive=30")
        adam = make_user("adam")
        make_membership(acme, user=adam, role="admin")
        colleague = signed_in(adam)
        assert "Quiet leads" in admin.get("/o/acme/people/").text
        assert "Quiet leads" not in colleague.get("/o/acme/people/").text
        view = admin.get("/o/acme/people/").context["views"][0]
        share = f"/o/acme/people/views/{view.pk}/share/"
        delete = f"/o/acme/people/views/{view.pk}/delete/"
        assert colleague.post(share, {"is_shared": "1"}).status_code == 404
        assert colleague.post(delete).status_code == 404
        admin.post(share, {"is_shared": "1"})
        assert "Quiet leads" in colleague.get("/o/acme/people/").text
        # What all share, each may tidy up.
        assert colleague.post(delete).status_code == 302

    def test_come_back_after_a_deletion(self, admin: Client, acme: Organization) -> None:
        self.save(admin, "Leads", "level=Lead")
        again = admin.post("/o/acme/people/views/", {"name": "leads", "next": "/o/acme/people/"})
        assert again.status_code == 422
        view = admin.get("/o/acme/people/").context["views"][0]
        delete = f"/o/acme/people/views/{view.pk}/delete/"
        answer = admin.post(delete, headers={"HX-Request": "true"})
        assert answer.context["views"] == []
        undo_url = answer.context["toast"]["undo_url"]
        back = admin.post(undo_url, headers={"HX-Request": "true"})
        assert [found.name for found in back.context["views"]] == ["Leads"]
        with organization_context(acme.pk):
            verbs = set(HistoryEntry.objects.values_list("verb", flat=True))
        assert {"view_saved", "view_deleted", "view_restored"} <= verbs


class TestLongExports:
    def test_are_written_in_the_background_and_read_like_the_short_ones(
        self,
        admin: Client,
        acme: Organization,
        team: list[Membership],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        short = admin.get("/o/acme/people.csv?sort=-active_days").content
        monkeypatch.setattr("seats.views.people_exports.MOST_AT_ONCE", 5)
        monkeypatch.setattr("seats.tasks.write_people_export.delay", lambda *_args: None)
        answer = admin.get("/o/acme/people.csv?sort=-active_days")
        page = answer["Location"]
        assert "The file is about to be written." in admin.get(page).text
        assert admin.get(f"{page}file/").status_code == 404
        # The queue lost it: a minute later the sweeper takes it up.
        now = timezone.now()
        assert sweep_exports(now=now) == 0
        assert sweep_exports(now=now + timedelta(minutes=2)) == 1
        with organization_context(acme.pk):
            export = PeopleExport.objects.get()
        assert (export.state, export.people, export.done) == ("done", 13, 13)
        assert not write_export(organization_id=acme.pk, export_id=export.pk, now=now)
        assert "The file with 13 people is ready." in admin.get(page).text
        assert admin.get(f"{page}file/").content == short
        assert forget_exports(now=now + timedelta(days=8)) == 1
        assert admin.get(page).status_code == 404

    def test_are_for_admins_and_not_handed_out_once_totals_are_shown_only(
        self,
        admin: Client,
        acme: Organization,
        team: list[Membership],
        signed_in: SignedIn,
        purchased: GiveSeats,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr("seats.views.people_exports.MOST_AT_ONCE", 5)
        page = admin.get("/o/acme/people.csv")["Location"]
        assert admin.get(f"{page}file/").status_code == 200
        ben = make_user("ben")
        make_membership(acme, user=ben)
        assert signed_in(ben).get(page).status_code == 403
        admin.post("/o/acme/settings/privacy/change/", {"visibility": "totals"})
        assert admin.get(f"{page}file/").status_code == 404
        assert "no longer handed out" in admin.get(page).text
        fresh = admin.get("/o/acme/people.csv")["Location"]
        table = list(csv.reader(StringIO(admin.get(f"{fresh}file/").content.decode("utf-8-sig"))))
        assert "Last active" not in table[0]
        # Ada, Ben and the team of twelve.
        assert len(table) == 1 + 14
