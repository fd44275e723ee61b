"""Where only totals of usage are shown, no page, file or answer depends on who was active.

Two colleagues change places: whoever was active was not, and the other way round. Everything that
can be read stays the same, to the letter.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.http import HttpResponseBase
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from pypdf import PdfReader

from accounts.access import AccessKind
from accounts.models import Department, HistoryEntry, Membership
from accounts.tenancy import organization_context
from seats.domain.privacy import Visibility
from seats.models import (
    ActivityDay,
    Feature,
    MemberActivity,
    MemberFeature,
    MemberSummary,
    OutcomeDay,
    UsageDay,
)
from seats.services.privacy import choose_visibility
from seats.services.summaries import count_summaries
from seats.services.utilization import snapshot_utilization
from signals.services.scan import scan
from tests.integration.test_access_matrix import with_key
from tests.integration.trueups.conftest import DAY, Acme, make_acme
from tests.support.people import make_api_key, make_user
from tests.support.routes import ROUTES
from trueups.domain.terms import Policy, ReviewDefault
from trueups.models import PersonEvidence, TrueUp
from trueups.services.marks import keep_marks

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])

START = (timezone.now() - timedelta(days=93)).replace(microsecond=0)
COUNTED = (ActivityDay, UsageDay, OutcomeDay, MemberFeature, MemberActivity, MemberSummary)
# Tokens of forms, keys that make a press count once, and the time of day are new with each page.
CHANGING = re.compile(
    rb'(csrfmiddlewaretoken" value|nonce|X-CSRFToken)[^>]*>|[0-9a-f-]{36}|[0-9a-f]{32}'
    rb"|[0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?( [AP]M)?"
)
# The list of who of the vendor read what grows by this very reading, and so does the use of keys.
GROWS = ("vendor-access", "integrations/keys/")


def use(acme: Acme, person: Membership, feature: Feature, days_ago: int) -> None:
    """Somebody used a feature, as the rollup's tables have it."""
    at = timezone.now() - timedelta(days=days_ago)
    ids: dict[str, Any] = {"organization_id": acme.id, "membership_id": person.pk}
    with organization_context(acme.id):
        ActivityDay.objects.create(**ids, day=at.date(), actions=4)
        MemberActivity.objects.create(**ids, first_active_at=at, last_active_at=at)
        UsageDay.objects.create(**ids, day=at.date(), feature=feature, events=4)
        OutcomeDay.objects.create(
            **ids, day=at.date(), feature=feature, kind="hours", events=1, value=3
        )
        MemberFeature.objects.create(
            **ids, feature=feature, first_day=at.date(), last_day=at.date(), events=4
        )


@pytest.fixture
def acme(transactional_db: None) -> Acme:
    """Twelve with a seat in one department, eight of them active; two active without a seat."""
    acme = make_acme(seats=10, baseline=0, start=START)
    acme.lend(10)
    acme.agree(START, policy=Policy.HYBRID, review_default=ReviewDefault.KEEP)
    people = acme.hire(14)
    with organization_context(acme.id):
        home = Department.objects.create(organization_id=acme.id, name="Sales")
        editor = Feature.objects.create(organization_id=acme.id, name="editor")
        Membership.objects.filter(external_id__startswith="p").update(department=home)
    acme.beat(START)
    acme.seat(*people[:12], at=START + DAY)
    for person in people[4:]:
        use(acme, person, editor, days_ago=5)
    keep_marks(now=START + 2 * DAY)
    acme.beat(timezone.now())
    count_summaries(now=timezone.now())
    snapshot_utilization(now=timezone.now())
    scan(now=timezone.now())
    return acme


def change_places(acme: Acme, one: Membership, other: Membership) -> None:
    """Let each have done what the other did."""
    with organization_context(acme.id):
        for model in COUNTED:
            fields = [field.attname for field in model._meta.concrete_fields]
            rows = list(
                model._default_manager.filter(membership_id__in=[one.pk, other.pk]).values(*fields)
            )
            model._default_manager.filter(membership_id__in=[one.pk, other.pk]).delete()
            for row in rows:
                row["membership_id"] = other.pk if row["membership_id"] == one.pk else one.pk
                model._default_manager.create(**row)
        first, second = (PersonEvidence.objects.get(membership=who) for who in (one, other))
        for name in ("last_active_on", "active_days", "features", "is_inactive", "is_offered"):
            kept = getattr(first, name)
            setattr(first, name, getattr(second, name))
            setattr(second, name, kept)
        first.save()
        second.save()


def addresses(acme: Acme, kind: AccessKind, people: list[Membership]) -> Iterator[str]:
    """Return every address that can be read with these objects."""
    with organization_context(acme.id):
        true_up = TrueUp.objects.filter(snapshot_at__isnull=False).first()
        assert true_up is not None
    for route in ROUTES:
        if route.access.kind is not kind or any(each in route.path for each in GROWS):
            continue
        names = set(re.findall(r"<\w+:(\w+)>", route.path))
        if not names <= {"slug", "account", "organization", "person_id", "true_up_id", "format",
                         "part", "member"}:  # fmt: skip
            continue
        for person in people if names & {"person_id", "member"} else people[:1]:
            for format in ("csv", "xlsx") if "format" in names else ("csv",):
                for part in ("lines", "evidence") if "part" in names else ("lines",):
                    known = {
                        "slug": acme.organization.slug,
                        "account": acme.organization.slug,
                        "organization": acme.organization.external_id,
                        "person_id": person.pk,
                        "member": person.external_id,
                        "true_up_id": true_up.pk,
                        "format": format,
                        "part": part,
                    }
                    yield reverse(route.name, kwargs={name: known[name] for name in names})


# What the lists answer when they are asked for what is not shown.
ASKED = (
    "people/?show=idle",
    "people/?show=discovered",
    "people/?sort=-last_active",
    "people/?sort=-active_days",
    "people/?sort=-features",
    "people/?inactive=14",
    "people/?power=1",
    "people.csv?show=idle&sort=-last_active",
    "search/?q=person",
)


def content(answer: HttpResponseBase) -> bytes:
    """Return what a reader reads of an answer."""
    body = getattr(answer, "content", b"")
    kind = answer.headers.get("Content-Type", "")
    if "spreadsheet" in kind:
        book = load_workbook(BytesIO(body))
        return repr([[cell.value for cell in row] for sheet in book for row in sheet]).encode()
    if "pdf" in kind:
        return "\n".join(page.extract_text() for page in PdfReader(BytesIO(body)).pages).encode()
    return CHANGING.sub(b"", body)


def everything(acme: Acme, people: list[Membership], key: str) -> dict[str, tuple[int, bytes]]:
    """Return all that an admin, the vendor's admin and an API key can read."""
    admin, vendor = (Client(raise_request_exception=False) for _ in range(2))
    admin.force_login(acme.ada)
    vendor.force_login(type(acme.ada).objects.get(email="olga@example.com"))
    read = {}
    root = f"/o/{acme.organization.slug}/"
    paths = [
        *((admin, path) for path in addresses(acme, AccessKind.ORGANIZATION, people)),
        *((admin, root + asked) for asked in ASKED),
        *((vendor, path) for path in addresses(acme, AccessKind.VENDOR, people)),
        *(
            (with_key(key), f"/api/v1/organizations/{acme.organization.external_id}/{name}")
            for name in ("members", "utilization")
        ),
        (with_key(key), "/api/v1/signals"),
    ]
    for client, path in paths:
        answer = client.get(path)
        read[path] = (answer.status_code, content(answer))
    return read


def differing(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    return [path for path in before if before[path] != after[path]]


class TestTotalsOnly:
    def test_let_two_colleagues_change_places_unseen(self, acme: Acme) -> None:
        make_user("olga", vendor_role="vendor_admin")
        key = make_api_key()
        quiet, busy = acme.people[0], acme.people[11]
        choose_visibility(
            organization_id=acme.id,
            visibility=Visibility.TOTALS,
            actor=acme.actor,
            now=timezone.now(),
        )
        before = everything(acme, [quiet, busy], key)
        # The pages are really read: most answer, and names are in many of them.
        assert sum(status == 200 for status, _text in before.values()) > 60
        assert sum(b"Person 0011" in text for _status, text in before.values()) > 8
        change_places(acme, quiet, busy)
        assert differing(before, everything(acme, [quiet, busy], key)) == []

    def test_are_what_hides_it(self, acme: Acme) -> None:
        quiet, busy = acme.people[0], acme.people[11]
        admin = Client()
        admin.force_login(acme.ada)
        root = f"/o/{acme.organization.slug}/people"

        def read() -> dict[str, Any]:
            paths = [f"{root}/", f"{root}.csv", f"{root}/?show=idle", f"{root}/{busy.pk}/"]
            return {path: content(admin.get(path)) for path in paths}

        before = read()
        change_places(acme, quiet, busy)
        assert len(differing(before, read())) == 4

    def test_leave_the_evidence_of_a_true_up_to_who_opens_it_with_a_reason(
        self, acme: Acme
    ) -> None:
        choose_visibility(
            organization_id=acme.id,
            visibility=Visibility.TOTALS,
            actor=acme.actor,
            now=timezone.now(),
        )
        admin = Client()
        admin.force_login(acme.ada)
        with organization_context(acme.id):
            true_up = TrueUp.objects.filter(snapshot_at__isnull=False).get()
        page = reverse("true_up", args=[acme.organization.slug, true_up.pk])
        hidden = admin.get(page).text
        assert "4 people did not use their seats" in hidden
        assert "Person 0000" not in hidden
        decide = {"person": acme.people[0].pk, "decision": "remove", "reason": "left"}
        admin.post(f"{page}decide/", decide)
        with organization_context(acme.id):
            assert not PersonEvidence.objects.filter(decision="remove").exists()
        admin.post(f"{page}open/", {"reason": " "})
        assert "Person 0000" not in admin.get(page).text
        admin.post(f"{page}open/", {"reason": "Who keeps a seat"})
        assert "Person 0000" in admin.get(page).text
        admin.post(f"{page}decide/", decide)
        with organization_context(acme.id):
            assert PersonEvidence.objects.filter(decision="remove").count() == 1
            opened = HistoryEntry.objects.get(verb="true_up_evidence_opened")
        assert opened.changes["note"] == "Who keeps a seat"
        vendor = Client()
        vendor.force_login(acme.fin)
        seen = vendor.get(reverse("vendor_true_up", args=[true_up.pk])).text
        assert "The customer shows only totals of usage" in seen
        assert "Person 0000" not in seen
