"""The list: filters, order, paging, exports, and a number of queries that does not grow."""

import csv
from datetime import timedelta
from io import BytesIO, StringIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from accounts.models import Department, Membership, Organization, User
from accounts.services.history import SYSTEM
from accounts.tenancy import organization_context
from seats.hooks import ActivityRule
from seats.models import ActivityDay, MemberActivity
from seats.services.seats import assign_seat
from seats.services.waiting import request_seat
from tests.integration.people.conftest import GiveSeats, SignedIn
from tests.support.people import make_membership

pytestmark = pytest.mark.django_db(databases=["default", "pipeline"])


def seat(membership: Membership, *, days_ago: int = 0) -> None:
    assign_seat(
        organization_id=membership.organization_id,
        membership_id=membership.pk,
        actor=SYSTEM,
        now=timezone.now() - timedelta(days=days_ago),
    )


def active(membership: Membership, *, days_ago: int) -> None:
    """The member was active once; written as the rollup's tables hold it."""
    at = timezone.now() - timedelta(days=days_ago)
    with organization_context(membership.organization_id):
        MemberActivity.objects.create(
            organization_id=membership.organization_id,
            membership=membership,
            first_active_at=at,
            last_active_at=at,
        )
        ActivityDay.objects.create(
            organization_id=membership.organization_id,
            membership=membership,
            day=at.date(),
            sign_ins=1,
        )


def names(client: Client, query: str = "") -> list[str]:
    """Return who the list shows, in its order."""
    rows = client.get(f"/o/acme/people/{query}").context["rows"]
    return [row.membership.display_name for row in rows]


@pytest.fixture
def admin(acme: Organization, ada: User, signed_in: SignedIn) -> Client:
    return signed_in(ada)


class TestFilters:
    @pytest.fixture(autouse=True)
    def people(self, acme: Organization, ada: User, purchased: GiveSeats) -> None:
        purchased(acme, 3)
        with organization_context(acme.pk):
            marketing = Department.objects.create(organization=acme, name="Marketing")
        idle = make_membership(acme, name="Ida Idle", external_id="ida")
        seat(idle, days_ago=40)
        active(idle, days_ago=31)
        fresh = make_membership(acme, name="Fay Fresh", external_id="fay", department=marketing)
        seat(fresh, days_ago=40)
        active(fresh, days_ago=29)
        newly = make_membership(acme, name="Nora New", external_id="nora")
        seat(newly, days_ago=29)
        waits = make_membership(acme, name="Wim Waits", external_id="wim", department=marketing)
        request_seat(
            organization_id=acme.pk, membership_id=waits.pk, actor=SYSTEM, now=timezone.now()
        )
        seen = make_membership(acme, external_id="usr_seen_123", state="discovered")
        active(seen, days_ago=1)
        make_membership(acme, email="ivy@example.com", state="invited")
        make_membership(
            acme,
            name="Gone",
            external_id="gone",
            state="deactivated",
            deactivated_at=timezone.now(),
        )

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("?show=seated", ["Fay Fresh", "Ida Idle", "Nora New"]),
            # Fay was active 29 days ago and Nora has her seat for 29 days: neither is idle.
            ("?show=idle", ["Ida Idle"]),
            ("?show=waiting", ["Wim Waits"]),
            ("?show=discovered", ["Member usr_seen"]),
            ("?show=invited", ["ivy@example.com"]),
            ("?show=deactivated", ["Gone"]),
            ("?show=unseated", ["Ada", "ivy@example.com", "Member usr_seen", "Wim Waits"]),
            ("?q=fay", ["Fay Fresh"]),
            ("?q=marketing", ["Fay Fresh", "Wim Waits"]),
            ("?q=usr_seen", ["Member usr_seen"]),
            ("?q=nobody+at+all", []),
            ("?show=seated&sort=-name", ["Nora New", "Ida Idle", "Fay Fresh"]),
            # A seat that was never used comes last, whichever way the list is turned.
            ("?show=seated&sort=-last_active", ["Fay Fresh", "Ida Idle", "Nora New"]),
            ("?show=seated&sort=last_active", ["Ida Idle", "Fay Fresh", "Nora New"]),
        ],
    )
    def test_show_who_they_say(self, admin: Client, query: str, expected: list[str]) -> None:
        assert names(admin, query) == expected

    def test_by_department_combine_with_the_others(self, admin: Client, acme: Organization) -> None:
        with organization_context(acme.pk):
            marketing = Department.objects.get().pk
        assert names(admin, f"?department={marketing}&show=seated") == ["Fay Fresh"]
        assert names(admin, "?department=0&show=seated") == ["Ida Idle", "Nora New"]

    def test_say_how_many_each_would_show(self, admin: Client) -> None:
        counts = admin.get("/o/acme/people/").context["counts"]
        # Everybody: three seated, Wim, the one seen in usage, Ivy and Ada; not who is gone.
        assert counts == {
            "all": 7,
            "seated": 3,
            "unseated": 4,
            "idle": 1,
            "waiting": 1,
            "discovered": 1,
            "invited": 1,
            "deactivated": 1,
        }

    @pytest.mark.parametrize(
        ("window", "least", "expected", "words"),
        [
            # Fay was active 29 days ago, Ida 31 days ago; Nora holds her seat for 29 days only.
            (20, 1, ["Fay Fresh", "Ida Idle", "Nora New"], "no foreground action for 20 days"),
            (30, 1, ["Ida Idle"], "no foreground action for 30 days"),
            (35, 1, [], "no foreground action for 35 days"),
            (35, 2, ["Fay Fresh", "Ida Idle"], "on fewer than 2 days of the last 35"),
        ],
    )
    def test_call_inactive_whom_the_contract_does(
        self,
        admin: Client,
        monkeypatch: pytest.MonkeyPatch,
        window: int,
        least: int,
        expected: list[str],
        words: str,
    ) -> None:
        def agreed(**_asked: object) -> ActivityRule:
            return ActivityRule(window, least)

        monkeypatch.setattr("seats.hooks._ask_activity", [agreed])
        page = admin.get("/o/acme/people/?show=idle")
        assert [row.membership.display_name for row in page.context["rows"]] == expected
        assert words in page.text
        exported = csv.DictReader(StringIO(admin.get("/o/acme/people.csv").text.lstrip("\ufeff")))
        assert [row["Name"] for row in exported if row["Inactive"]] == expected

    def test_stay_in_the_address_of_links(self, admin: Client) -> None:
        page = admin.get("/o/acme/people/?q=a&show=seated&sort=-name").text
        assert 'href="/o/acme/people/?q=a&amp;sort=-name&amp;show=idle"' in page
        assert 'href="/o/acme/people.csv?q=a&amp;show=seated&amp;sort=-name"' in page

    @pytest.mark.parametrize(
        "query",
        [
            "?show=nonsense",
            "?sort=nonsense",
            "?page=99999",
            "?page=x",
            "?department=x",
            "?department=99999999999999999999999",
            "?q=%00",
            "?q=%25_%27",
            "?department=²",
        ],
    )
    def test_that_make_no_sense_break_nothing(self, admin: Client, query: str) -> None:
        assert admin.get(f"/o/acme/people/{query}").status_code == 200

    def test_that_nobody_fits_offer_everybody(self, admin: Client) -> None:
        page = admin.get("/o/acme/people/?q=zzz").text
        assert "Nobody fits" in page
        assert "Show everybody" in page


class TestQueries:
    def test_are_as_many_for_fifty_people_as_for_five(
        self, admin: Client, acme: Organization, purchased: GiveSeats
    ) -> None:
        purchased(acme, 30)

        def add(first: int, last: int) -> None:
            for number in range(first, last):
                person = make_membership(acme, name=f"P{number:02}", external_id=f"p{number}")
                active(person, days_ago=number % 20)
                if number % 2:
                    seat(person)

        def queries() -> int:
            with CaptureQueriesContext(
                connection,
            ) as captured:
                assert admin.get("/o/acme/people/").status_code == 200
            return len(captured)

        add(0, 5)
        admin.get("/o/acme/people/")
        few = queries()
        add(5, 50)
        assert queries() == few
        assert few < 46

    def test_are_as_many_on_the_overview_and_requests(
        self, admin: Client, acme: Organization, purchased: GiveSeats
    ) -> None:
        purchased(acme, 1)

        def add(first: int, last: int) -> None:
            for number in range(first, last):
                person = make_membership(acme, name=f"P{number:02}", external_id=f"p{number}")
                active(person, days_ago=number % 20)
                request_seat(
                    organization_id=acme.pk,
                    membership_id=person.pk,
                    actor=SYSTEM,
                    now=timezone.now(),
                )

        def queries(path: str) -> int:
            with CaptureQueriesContext(connection) as captured:
                assert admin.get(path).status_code == 200
            return len(captured)

        paths = ("/o/acme/", "/o/acme/requests/", "/o/acme/usage/")
        add(0, 5)
        few = [queries(path) for path in paths]
        add(5, 50)
        assert [queries(path) for path in paths] == few


class TestExports:
    DANGEROUS = '=HYPERLINK("http://evil.example")'

    @pytest.fixture(autouse=True)
    def people(self, acme: Organization, ada: User) -> None:
        make_membership(acme, name=self.DANGEROUS, external_id="evil")
        make_membership(acme, name="+1 (555) 0100", external_id="@sum", title="-2+3")
        for number in range(40):
            make_membership(acme, name=f"P{number:02}", external_id=f"p{number}")

    def test_hold_the_whole_list_and_not_a_page_of_it(self, admin: Client) -> None:
        answer = admin.get("/o/acme/people.csv")
        assert answer["Content-Disposition"] == 'attachment; filename="acme-people.csv"'
        rows = list(csv.reader(StringIO(answer.content.decode("utf-8-sig"))))
        # the heading, ada, the two dangerous ones, forty called P..
        assert len(rows) == 1 + 1 + 2 + 40

    def test_run_no_formula_in_csv(self, admin: Client) -> None:
        text = admin.get("/o/acme/people.csv").content.decode("utf-8-sig")
        rows = {row[0]: row for row in csv.reader(StringIO(text))}
        assert f"'{self.DANGEROUS}" in rows
        phone = rows["'+1 (555) 0100"]
        assert (phone[2], phone[3]) == ("'@sum", "'-2+3")

    def test_run_no_formula_in_excel(self, admin: Client) -> None:
        answer = admin.get("/o/acme/people.xlsx")
        sheet = load_workbook(BytesIO(answer.content)).active
        assert sheet is not None
        cells = [cell for row in sheet.iter_rows() for cell in row]
        assert f"'{self.DANGEROUS}" in [cell.value for cell in cells]
        assert "f" not in {cell.data_type for cell in cells}

    def test_know_only_two_formats(self, admin: Client) -> None:
        assert admin.get("/o/acme/people.exe").status_code == 404

    def test_of_another_organization_are_not_found(self, cleo: User, signed_in: SignedIn) -> None:
        assert signed_in(cleo).get("/o/acme/people.csv").status_code == 404
