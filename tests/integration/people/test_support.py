"""Support inside an organization: asked, consented to, seen in both names, ended by itself."""

import io
from datetime import timedelta

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpResponse, HttpResponseRedirect
from django.test import Client
from django.utils import timezone

from accounts import access as access_module
from accounts.access import AccessKind
from accounts.domain.roles import (
    SUPPORT_CHANGES,
    Permission,
    StaffScope,
    support_permissions,
)
from accounts.models import HistoryEntry, Organization, StaffAccess, SupportAccess, User
from accounts.tasks import end_support
from accounts.tenancy import organization_context, staff_context
from tests.integration.people.conftest import GiveSeats, SignedIn
from tests.support.people import make_membership, make_user
from tests.support.routes import of_kind

ASK = "/vendor/accounts/acme/support/"


@pytest.fixture
def max_(acme: Organization) -> User:
    user = make_user("max", vendor_role="account_manager")
    with staff_context(user_id=0, scope=StaffScope.ALL):
        Organization.objects.filter(pk=acme.pk).update(account_manager=user)
    return user


@pytest.fixture
def support(acme: Organization, ada: User, max_: User, signed_in: SignedIn) -> Client:
    """Max's client; the organization was asked for half an hour and has not answered."""
    client = signed_in(max_)
    assert client.post(ASK, {"reason": "A seat is stuck", "minutes": 30}).status_code == 302
    return client


def answer(acme: Organization, client: Client, how: str) -> SupportAccess:
    with organization_context(acme.pk):
        access = SupportAccess.objects.get()
    address = f"/o/acme/settings/vendor-access/{access.pk}/{how}/"
    assert client.post(address).status_code == 302
    with organization_context(acme.pk):
        access.refresh_from_db()
    return access


class TestSupport:
    def test_is_asked_for_with_a_reason_that_the_admins_read(
        self, acme: Organization, ada: User, support: Client, signed_in: SignedIn
    ) -> None:
        assert support.get("/o/acme/people/").status_code == 404
        assert support.post(ASK, {"reason": "Again", "minutes": 30}).status_code == 422
        assert support.post(ASK, {"reason": "Long", "minutes": 61}).status_code == 422
        page = signed_in(ada).get("/o/acme/settings/vendor-access/").content.decode()
        assert "A seat is stuck" in page
        assert [
            message.to for message in mail.outbox if "asks for access to help" in message.subject
        ] == [[ada.email]]

    def test_reads_and_does_not_write_unless_the_consent_says_so(
        self, acme: Organization, ada: User, support: Client, signed_in: SignedIn
    ) -> None:
        mia = make_membership(acme, external_id="mia", name="Mia")
        answer(acme, signed_in(ada), "read")
        page = support.get("/o/acme/people/").content.decode()
        assert "You act for Ada at Acme" in page
        assert "Mia" in page
        assert support.post(f"/o/acme/people/{mia.pk}/assign/").status_code == 403
        for refused in ("people.csv", "settings/api-keys/", "settings/roles/new/", "seats/add/"):
            assert support.get(f"/o/acme/{refused}").status_code == 403, refused
        assert support.post("/o/acme/settings/", {"name": "Max's"}).status_code == 403
        # A file under an address that does not look like one: the answer itself is looked at.
        answered = HttpResponse("a;b", content_type="text/csv")
        for file in (
            answered,
            FileResponse(io.BytesIO(b"a"), as_attachment=True, filename="a.html"),
        ):
            with pytest.raises(PermissionDenied):
                access_module._require_page(file)
        access_module._require_page(HttpResponseRedirect("/o/acme/"))
        with organization_context(acme.pk):
            assert StaffAccess.objects.filter(page="/o/acme/people/").exists()

    def test_changes_in_both_names_and_ends_with_its_time(
        self,
        acme: Organization,
        ada: User,
        support: Client,
        purchased: GiveSeats,
        signed_in: SignedIn,
    ) -> None:
        purchased(acme, 2)
        mia = make_membership(acme, external_id="mia", name="Mia")
        access = answer(acme, signed_in(ada), "change")
        assert support.post(f"/o/acme/people/{mia.pk}/assign/").status_code == 302
        with organization_context(acme.pk):
            entry = HistoryEntry.objects.get(verb="seat_assigned")
            assert entry.actor_label == "Max (Headroom) acting for Ada"
            assert access.ends_at is not None
            assert access.decided_at is not None
            assert access.ends_at - access.decided_at == timedelta(minutes=30)
            past = timezone.now() - timedelta(minutes=1)
            SupportAccess.objects.update(decided_at=past - timedelta(minutes=30), ends_at=past)
        assert support.get("/o/acme/people/").status_code == 404
        assert [end_support(), end_support()] == [1, 0]
        with organization_context(acme.pk):
            ended = HistoryEntry.objects.get(verb="support_expired")
            assert (ended.object_label, ended.actor_label) == ("Max", "Headroom")
            assert SupportAccess.objects.get().state == "ended"

    @pytest.mark.parametrize("ends", ["the admin", "support", "a denial"])
    def test_is_over_when_somebody_says_so(
        self, acme: Organization, ada: User, support: Client, signed_in: SignedIn, ends: str
    ) -> None:
        admin = signed_in(ada)
        if ends == "a denial":
            answer(acme, admin, "deny")
        else:
            access = answer(acme, admin, "read")
            assert support.get("/o/acme/").status_code == 200
            if ends == "the admin":
                answer(acme, admin, "end")
            else:
                support.post(f"{ASK}{access.pk}/leave/")
        assert support.get("/o/acme/").status_code == 404

    def test_is_for_who_asked_and_where_they_asked(
        self,
        acme: Organization,
        other: Organization,
        ada: User,
        support: Client,
        signed_in: SignedIn,
    ) -> None:
        answer(acme, signed_in(ada), "read")
        olga = signed_in(make_user("olga", vendor_role="vendor_admin"))
        assert olga.get("/o/acme/people/").status_code == 404
        assert support.get("/o/other/people/").status_code == 404


class TestTheMatrix:
    def test_keeps_buying_keys_roles_and_sign_in_from_support(self) -> None:
        most = support_permissions(may_change=True)
        never = {
            Permission.SEATS_BUY,
            Permission.PEOPLE_MANAGE,
            Permission.SETTINGS_MANAGE,
            Permission.PERSON_DATA_MANAGE,
            Permission.REQUESTS_APPROVE,
        }
        assert not most & never
        assert most - support_permissions(may_change=False) == SUPPORT_CHANGES
        asked = {route.access.permission for route in of_kind(AccessKind.ORGANIZATION)}
        assert never <= asked
