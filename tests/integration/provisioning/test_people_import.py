"""People > Import: read, checked without a change, imported as a whole."""

from io import BytesIO
from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from openpyxl import Workbook

from accounts.models import HistoryEntry, Membership
from accounts.tenancy import organization_context
from integrations.models import OutgoingEvent
from integrations.services.events import tell_of_entry
from provisioning import tasks
from provisioning.models import PeopleImport
from tests.integration.provisioning.conftest import Directory
from tests.support.people import make_admin, make_membership

NEW = "/o/acme/people/import/"
CSV = """E-Mail;Vorname;Nachname;Abteilung;Vorgesetzter;Art
anna@acme.example;Anna;Berg;Design;ben@acme.example;extern
ben@acme.example;;;design;;
ben@acme.example;Ben;Zwei;;;
nonsense;No;Body;;;
kept@acme.example;Not;This;;;
;Nobody;;;;
"""


@pytest.fixture
def admin(directory: Directory) -> Client:
    """Return ada, signed in a moment ago; ben is in the list, one person is the directory's."""
    client = Client()
    ada = make_admin("ada", directory.organization)
    client.post("/accounts/login/", {"login": ada.email, "password": "a password for tests"})
    make_membership(directory.organization, email="ben@acme.example", name="Ben", external_id="b")
    directory.create("kept@acme.example")
    return client


def send(admin: Client, content: bytes | str, name: str = "people.csv") -> HttpResponse:
    """Send a file."""
    raw = content.encode() if isinstance(content, str) else content
    return admin.post(NEW, {"file": SimpleUploadedFile(name, raw)})  # type: ignore[return-value]


def columns(page: Any) -> dict[str, str]:
    """Return the form as the page shows it."""
    return {f"column-{each['number']}": each["meaning"] for each in page.context["columns"]}


@pytest.mark.django_db
class TestAnImport:
    def test_says_what_would_happen_before_anything_does(
        self, admin: Client, directory: Directory
    ) -> None:
        address = send(admin, CSV).headers["Location"]
        form = columns(admin.get(address))
        assert list(form.values()) == [
            "email",
            "first_name",
            "last_name",
            "department",
            "manager",
            "kind",
        ]
        admin.post(address, form)
        page = admin.get(address)
        found = page.context["findings"]
        assert (found["new"], found["changed"], found["unchanged"]) == (1, 1, 0)
        assert [(each["line"], each["reason"]) for each in page.context["refusals"]] == [
            (4, "twice"),
            (5, "bad_email"),
            (6, "directory"),
            (7, "nobody"),
        ]
        with organization_context(directory.organization.pk):
            assert not Membership.objects.filter(email="anna@acme.example").exists()
        assert admin.post(f"{address}start/").status_code == 302
        with organization_context(directory.organization.pk):
            anna = Membership.objects.select_related("manager", "department").get(
                email="anna@acme.example"
            )
            assert anna.manager is not None
            assert anna.department is not None
            assert (anna.name, anna.kind, anna.manager.name) == ("Anna Berg", "contractor", "Ben")
            # "design" is the department that "Design" made.
            assert Membership.objects.filter(department=anna.department).count() == 2
            entry = HistoryEntry.objects.get(verb="people_imported")
            assert entry.changes == {"new": 1, "changed": 1}
            added = HistoryEntry.objects.get(verb="person_added", object_id=str(anna.pk))
            changed = HistoryEntry.objects.get(verb="person_changed")
            assert (added.object_label, added.actor_label) == ("Anna Berg", entry.actor_label)
            assert added.origin == entry.origin
            assert changed.changes == {"department": ["", "design"]}
            assert bytes(PeopleImport.objects.get().content) == b""
        # A second press finds it done.
        admin.post(f"{address}start/")
        with organization_context(directory.organization.pk):
            assert Membership.objects.filter(email="anna@acme.example").count() == 1

    def test_asks_again_when_the_list_changed_since_the_check(
        self, admin: Client, directory: Directory
    ) -> None:
        address = send(admin, "id,title\nx1,Boss\nb,Chief\n").headers["Location"]
        admin.post(address, columns(admin.get(address)))
        make_membership(directory.organization, external_id="x1")
        admin.post(f"{address}start/")
        found = admin.get(address).context["findings"]
        # One new and one changed were promised; now both are here, and both would change.
        assert (found["new"], found["changed"], found["is_anew"]) == (0, 2, True)
        with organization_context(directory.organization.pk):
            assert not Membership.objects.filter(title="Chief").exists()
        admin.post(f"{address}start/")
        with organization_context(directory.organization.pk):
            assert Membership.objects.filter(title__in=["Boss", "Chief"]).count() == 2
            # What a file fills in of people already here was so before.
            assert not Membership.objects.filter(position_since__isnull=False).exists()
        again = send(admin, "id,title\nx1,Head of Boats\nb,chief\n").headers["Location"]
        admin.post(again, columns(admin.get(again)))
        admin.post(f"{again}start/")
        with organization_context(directory.organization.pk):
            risen = Membership.objects.exclude(position_since=None)
            assert list(risen.values_list("external_id", "title")) == [("x1", "Head of Boats")]

    def test_tells_other_systems_of_who_is_new_like_anybody_else(
        self, admin: Client, directory: Directory
    ) -> None:
        rows = "id,email,name\nm1,m1@a.example,Mo\n,m2@a.example,\nm3,,\n"
        address = send(admin, rows).headers["Location"]
        admin.post(address, columns(admin.get(address)))
        with organization_context(directory.organization.pk):
            before = set(OutgoingEvent.objects.values_list("pk", flat=True))
        admin.post(f"{address}start/")
        with organization_context(directory.organization.pk):
            told = list(OutgoingEvent.objects.exclude(pk__in=before).order_by("pk"))
            # What telling of each of their entries would write, but for the ids.
            entries = HistoryEntry.objects.filter(verb="person_added").order_by("pk")
            for entry in list(entries)[-3:]:
                person = Membership.objects.get(pk=entry.object_id)
                OutgoingEvent.objects.filter(
                    dedupe_key=f"history:{entry.pk}:member.joined"
                ).delete()
                tell_of_entry(entry, person)
            wanted = list(OutgoingEvent.objects.exclude(pk__in=before).order_by("pk"))
        fields = ("type", "dedupe_key", "object_key", "is_vendor_only", "payload", "created_at")
        assert len(told) == 3
        assert [[getattr(one, name) for name in fields] for one in told] == [
            [getattr(one, name) for name in fields] for one in wanted
        ]
        assert mail.outbox == []

    def test_of_many_lines_is_done_by_a_worker(
        self,
        admin: Client,
        directory: Directory,
    ) -> None:
        lines = [f"m{number},Dep {number % 3},m{number // 2}" for number in range(2_001)]
        address = send(admin, "\n".join(["id,department,manager", *lines])).headers["Location"]
        form = columns(admin.get(address))
        admin.post(address, form)
        page = admin.get(address)
        assert page.context["is_running"]
        assert "<progress" in page.content.decode()
        with organization_context(directory.organization.pk):
            one = PeopleImport.objects.get()
        tasks.check_people_file(directory.organization.pk, str(one.pk), list(form.values()))
        assert admin.get(address).context["findings"]["new"] == 2_001
        admin.post(f"{address}start/")
        user = one.requested_by_id
        assert user is not None
        tasks.import_people_file(directory.organization.pk, str(one.pk), user)
        assert admin.get(address).context["is_done"]
        with organization_context(directory.organization.pk):
            assert Membership.objects.filter(external_id__startswith="m").count() == 2_001
            # Nobody is below themselves: m0 is not below m0.
            assert Membership.objects.filter(manager__isnull=False).count() == 2_000
            assert HistoryEntry.objects.filter(verb="person_added").count() >= 2_001

    def test_reads_the_same_columns_the_same_way_next_time(
        self, admin: Client, directory: Directory
    ) -> None:
        file = "Wer,Was\nx1,Boss\n"
        address = send(admin, file).headers["Location"]
        assert admin.post(address, {"column-0": "", "column-1": "title"}).status_code == 422
        admin.post(address, {"column-0": "member_id", "column-1": "title"})
        admin.post(f"{address}start/")
        again = admin.get(send(admin, file).headers["Location"])
        assert list(columns(again).values()) == ["member_id", "title"]

    def test_takes_a_workbook_and_refuses_what_it_cannot_read(self, admin: Client) -> None:
        book = Workbook()
        assert book.active is not None
        for row in (["Member ID", "Name"], [4711, "Zoe"]):
            book.active.append(row)
        out = BytesIO()
        book.save(out)
        address = send(admin, out.getvalue(), "people.xlsx").headers["Location"]
        admin.post(address, columns(admin.get(address)))
        assert admin.get(address).context["findings"]["examples"] == [{"line": 2, "about": "4711"}]
        for broken in (b"PK broken", b"email\n", b""):
            assert send(admin, broken, "people.xlsx").status_code == 422
