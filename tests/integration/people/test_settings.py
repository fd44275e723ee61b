"""Settings: facts, roles, departments, API keys, history, the vendor's accesses, preferences."""

import csv
import re
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.domain.roles import StaffScope
from accounts.models import ApiKey, Department, HistoryEntry, Membership, Organization, User
from accounts.services.api_keys import find_api_key
from accounts.services.history import record_staff_access
from accounts.tenancy import organization_context, staff_context
from tests.integration.people.conftest import SignedIn
from tests.support.people import make_membership, make_user

TABS = ("", "roles/", "departments/", "invitations/", "api-keys/", "history/", "vendor-access/")


@pytest.fixture
def admin(acme: Organization, ada: User, signed_in: SignedIn) -> Client:
    return signed_in(ada)


class TestOrganization:
    def test_changes_its_facts_but_never_its_currency(
        self, admin: Client, acme: Organization
    ) -> None:
        form = {
            "name": "Acme  Berlin",
            "time_zone": "Europe/Berlin",
            "language": "de",
            "currency": "USD",
        }
        assert admin.post("/o/acme/settings/", form).status_code == 302
        with organization_context(acme.pk):
            acme.refresh_from_db()
            entry = HistoryEntry.objects.get(verb="organization_changed")
        assert (acme.name, acme.time_zone, acme.currency) == ("Acme Berlin", "Europe/Berlin", "EUR")
        assert entry.changes["language"] == ["en", "de"]

    @pytest.mark.parametrize(
        ("field", "value"), [("time_zone", "Mars/Base"), ("language", "xx"), ("name", " ")]
    )
    def test_refuses_what_does_not_exist(self, admin: Client, field: str, value: str) -> None:
        form = {"name": "Acme", "time_zone": "UTC", "language": "en", field: value}
        answer = admin.post("/o/acme/settings/", form)
        assert answer.status_code == 422
        assert field in answer.context["form"].errors

    def test_is_read_and_not_changed_by_billing(
        self, acme: Organization, signed_in: SignedIn
    ) -> None:
        bella = make_user("bella")
        make_membership(acme, user=bella, role="billing")
        client = signed_in(bella)
        assert "Owners and admins can change these." in client.get("/o/acme/settings/").text
        client.post("/o/acme/settings/", {"name": "X", "time_zone": "UTC", "language": "en"})
        with organization_context(acme.pk):
            acme.refresh_from_db()
        assert acme.name == "Acme"
        forbidden = [
            tab for tab in TABS if client.get(f"/o/acme/settings/{tab}").status_code == 403
        ]
        assert forbidden == ["departments/", "invitations/", "api-keys/"]

    def test_opens_every_tab_for_an_owner_and_none_for_others(
        self, admin: Client, ben: User, cleo: User, signed_in: SignedIn
    ) -> None:
        for tab in TABS:
            assert admin.get(f"/o/acme/settings/{tab}").status_code == 200
            assert signed_in(ben).get(f"/o/acme/settings/{tab}").status_code == 403
            assert signed_in(cleo).get(f"/o/acme/settings/{tab}").status_code == 404


class TestDepartments:
    def test_are_made_renamed_and_removed(self, admin: Client, acme: Organization) -> None:
        address = "/o/acme/settings/departments/"
        admin.post(address, {"name": "Sales"})
        with organization_context(acme.pk):
            sales = Department.objects.get()
        seller = make_membership(acme, external_id="s", department=sales)
        assert admin.post(address, {"name": "SALES"}).status_code == 422
        admin.post(f"{address}{sales.pk}/", {"name": "Field sales"})
        admin.post(f"{address}{sales.pk}/delete/")
        with organization_context(acme.pk):
            assert not Department.objects.exists()
            assert Membership.objects.get(pk=seller.pk).department is None
            verbs = set(HistoryEntry.objects.values_list("verb", flat=True))
        assert {"department_created", "department_renamed", "department_deleted"} <= verbs

    def test_of_another_organization_do_not_exist(self, admin: Client, other: Organization) -> None:
        with organization_context(other.pk):
            theirs = Department.objects.create(organization=other, name="Theirs")
        address = f"/o/acme/settings/departments/{theirs.pk}/"
        assert admin.post(address, {"name": "Mine"}).status_code == 404
        assert admin.post(f"{address}delete/").status_code == 404


class TestApiKeys:
    def test_are_shown_once_and_work_until_they_are_revoked(
        self, admin: Client, acme: Organization
    ) -> None:
        answer = admin.post("/o/acme/settings/api-keys/", {"name": "Product"})
        found = re.search(r"hr_[0-9a-f]{12}_[0-9a-f]{64}", answer.text)
        assert found is not None
        assert "no-store" in answer["Cache-Control"]
        assert found[0] not in admin.get("/o/acme/settings/api-keys/").text
        key = find_api_key(key=found[0], now=timezone.now())
        assert key is not None
        assert key.organization_id == acme.pk
        admin.post(f"/o/acme/settings/api-keys/{key.pk}/revoke/")
        assert find_api_key(key=found[0], now=timezone.now()) is None

    def test_may_do_what_was_chosen_until_they_end(self, admin: Client, acme: Organization) -> None:
        given = {"name": "Reader", "days": "30", "may": "chosen"}
        page = "/o/acme/settings/api-keys/"
        assert admin.post(page, given).status_code == 422
        answer = admin.post(page, given | {"scopes": ["people:read", "usage:write"]})
        assert answer.status_code == 200
        assert "Usage and outcomes: read and write" in answer.text
        with organization_context(acme.pk):
            key = ApiKey.objects.get()
        assert key.scopes == ["people:read", "usage:write"]
        assert key.expires_at == key.created_at + timedelta(days=30)

    def test_get_another_secret_beside_the_old_one(self, admin: Client, acme: Organization) -> None:
        page = "/o/acme/settings/api-keys/"
        pattern = r"hr_[0-9a-f]{12}_[0-9a-f]{64}"
        first = re.search(pattern, admin.post(page, {"name": "Product"}).text)
        assert first is not None
        with organization_context(acme.pk):
            key = ApiKey.objects.get()
        second = re.search(pattern, admin.post(f"{page}{key.pk}/rotate/", {"hours": "1"}).text)
        assert second is not None
        assert second[0] != first[0]
        for secret in (first[0], second[0]):
            assert find_api_key(key=secret, now=timezone.now()) is not None
        in_two_hours = timezone.now() + timedelta(hours=2)
        assert find_api_key(key=first[0], now=in_two_hours) is None
        assert find_api_key(key=second[0], now=in_two_hours) is not None

    def test_of_another_organization_cannot_be_revoked(
        self, admin: Client, cleo: User, other: Organization, signed_in: SignedIn
    ) -> None:
        signed_in(cleo).post("/o/other/settings/api-keys/", {"name": "Theirs"})
        with organization_context(other.pk):
            theirs = ApiKey.objects.get()
        assert admin.post(f"/o/acme/settings/api-keys/{theirs.pk}/revoke/").status_code == 404
        assert admin.post(f"/o/acme/settings/api-keys/{theirs.pk}/rotate/").status_code == 404
        with organization_context(other.pk):
            assert ApiKey.objects.get().revoked_at is None

    def test_of_the_vendor_have_a_page_of_their_own(
        self, admin: Client, acme: Organization, signed_in: SignedIn
    ) -> None:
        page, pattern = "/vendor/integrations/keys/", r"hr_[0-9a-f]{12}_[0-9a-f]{64}"
        admin.post("/o/acme/settings/api-keys/", {"name": "Importer of Acme"})
        olga = signed_in(make_user("olga", vendor_role="vendor_admin"))
        given = {"name": "Product", "days": "90", "may": "chosen", "scopes": ["usage:write"]}
        answer = olga.post(page, given)
        assert "Importer of Acme" not in answer.text
        first = re.search(pattern, answer.text)
        assert first is not None
        key = find_api_key(key=first[0], now=timezone.now())
        assert key is not None
        assert (key.is_vendor_wide, key.scopes) == (True, ["usage:write"])
        assert key.expires_at == key.created_at + timedelta(days=90)
        second = re.search(pattern, olga.post(f"{page}{key.pk}/rotate/", {"hours": "1"}).text)
        assert second is not None
        assert find_api_key(key=first[0], now=timezone.now()) is not None
        assert admin.post(f"/o/acme/settings/api-keys/{key.pk}/revoke/").status_code == 404
        olga.post(f"{page}{key.pk}/revoke/")
        assert find_api_key(key=second[0], now=timezone.now()) is None
        with organization_context(acme.pk):
            theirs = ApiKey.objects.get()
        assert olga.post(f"{page}{theirs.pk}/revoke/").status_code == 404
        with staff_context(user_id=0, scope=StaffScope.ALL):
            said = HistoryEntry.objects.filter(organization=None, verb__startswith="api_key_")
            assert set(said.values_list("verb", flat=True)) == {
                "api_key_issued",
                "api_key_rotated",
                "api_key_revoked",
            }


class TestHistory:
    def test_is_read_in_sentences_and_exported(self, admin: Client) -> None:
        admin.post("/o/acme/settings/departments/", {"name": "=Sales()"})
        assert "Ada created the department =Sales()" in admin.get("/o/acme/settings/history/").text
        text = admin.get("/o/acme/settings/history.csv?q=ada").content.decode("utf-8-sig")
        (row,) = [r for r in csv.reader(StringIO(text)) if r[2] == "department_created"]
        assert (row[1], row[3]) == ("Ada", "'=Sales()")

    def test_can_be_searched(self, admin: Client) -> None:
        admin.post("/o/acme/settings/departments/", {"name": "Sales"})
        assert "Nothing fits" in admin.get("/o/acme/settings/history/?q=nobody").text
        assert "Sales" in admin.get("/o/acme/settings/history/?q=sal").text

    def test_tells_of_money_and_not_of_the_vendors_own_notes(
        self, admin: Client, acme: Organization
    ) -> None:
        with organization_context(acme.pk):
            common: dict[str, Any] = {"organization": acme, "actor_label": "Ada", "object_id": "1"}
            HistoryEntry.objects.create(
                **common,
                verb="seats_purchased",
                object_type="purchase",
                changes={
                    "seats_from": 10,
                    "seats_to": 15,
                    "total_minor": 41290,
                    "currency": "EUR",
                },
            )
            HistoryEntry.objects.create(
                **common, verb="signal_opened", object_type="signal", object_label="Hot lead"
            )
        page = admin.get("/o/acme/settings/history/").text
        assert "Ada bought seats: 15 instead of 10" in page
        assert "€412.90" in page
        assert "Hot lead" not in page
        assert "Hot lead" not in admin.get("/o/acme/settings/history.csv").text

    def test_of_the_vendors_eyes_holds_this_organization_alone(
        self, admin: Client, acme: Organization, other: Organization
    ) -> None:
        max_ = make_user("max", vendor_role="account_manager")
        for organization in (acme, other):
            with staff_context(
                user_id=max_.pk, scope=StaffScope.PORTFOLIO, portfolio=[acme.pk, other.pk]
            ):
                record_staff_access(
                    user=max_,
                    page=f"/vendor/accounts/{organization.slug}/",
                    organization_id=organization.pk,
                )
        page = admin.get("/o/acme/settings/vendor-access/").text
        assert "/vendor/accounts/acme/" in page
        assert "/vendor/accounts/other/" not in page
        csv_text = admin.get("/o/acme/settings/vendor-access.csv").text
        assert "Max" in csv_text
        assert "/other/" not in csv_text


class TestPreferences:
    def test_are_ones_own(self, admin: Client, ada: User) -> None:
        form = {"name": "Ada Moreau", "language": "de", "time_zone": "Asia/Jakarta"}
        answer = admin.post("/preferences/", form)
        ada.refresh_from_db()
        assert (ada.name, ada.language, ada.time_zone) == ("Ada Moreau", "de", "Asia/Jakarta")
        assert answer.cookies[settings.LANGUAGE_COOKIE_NAME].value == "de"

    def test_refuse_a_zone_that_does_not_exist(self, admin: Client) -> None:
        form = {"name": "Ada", "language": "", "time_zone": "Mars/Base"}
        assert admin.post("/preferences/", form).status_code == 422

    def test_keep_the_language_that_was_switched_to(self, admin: Client, ada: User) -> None:
        admin.post("/i18n/setlang/", {"language": "id", "next": "/preferences/"})
        ada.refresh_from_db()
        assert ada.language == "id"
        fresh = Client()
        fresh.force_login(ada)
        assert '<html lang="id">' in fresh.get("/preferences/").text

    def test_do_not_keep_a_language_that_there_is_not(self, admin: Client, ada: User) -> None:
        admin.post("/i18n/setlang/", {"language": "fr", "next": "/preferences/"})
        ada.refresh_from_db()
        assert ada.language == ""

    def test_are_there_for_somebody_without_an_organization(self, signed_in: SignedIn) -> None:
        client = signed_in(make_user("dora"))
        assert "You are in no organization yet" in client.get("/").text
        assert client.get("/preferences/").status_code == 200


class TestSearch:
    def test_finds_people_and_pages(
        self, admin: Client, acme: Organization, other: Organization
    ) -> None:
        make_membership(acme, name="Dewi Lestari", external_id="d")
        make_membership(other, name="Dewi Elsewhere", external_id="d")
        answer = admin.get("/o/acme/search/?q=dewi", headers={"HX-Request": "true"})
        assert "Dewi Lestari" in answer.text
        assert "Elsewhere" not in answer.text
        assert "<html" not in answer.text
        assert "/o/acme/settings/roles/" in admin.get("/o/acme/search/?q=role").text

    def test_shows_a_member_no_people(
        self, acme: Organization, ben: User, signed_in: SignedIn
    ) -> None:
        make_membership(acme, name="Dewi Lestari", external_id="d")
        answer = signed_in(ben).get("/o/acme/search/?q=dewi")
        assert "Dewi Lestari" not in answer.text
        assert "Nothing fits" in answer.text

    def test_survives_anything(self, admin: Client) -> None:
        for asked in ("", "%00", "%25", "<script>", "'" * 300):
            assert admin.get(f"/o/acme/search/?q={asked}").status_code == 200


class TestAdmin:
    def test_is_for_vendor_admins_alone(
        self, admin: Client, acme: Organization, signed_in: SignedIn
    ) -> None:
        olga = make_user("olga", vendor_role="vendor_admin")
        max_ = make_user("max", vendor_role="account_manager")
        assert Client().get("/admin/")["Location"].startswith("/accounts/login/")
        assert admin.get("/admin/").status_code == 404
        assert signed_in(max_).get("/admin/").status_code == 404
        assert signed_in(olga).get("/admin/").status_code == 404
        User.objects.filter(pk=olga.pk).update(is_staff=True)
        client = signed_in(olga)
        assert "Acme" in client.get("/admin/accounts/organization/").text
        address = f"/admin/accounts/organization/{acme.pk}/change/"
        assert client.get(address).status_code == 200
        assert client.post(address, {"name": "Mine"}).status_code == 403

    def test_adds_staff_with_history_and_lists_no_customers(
        self, ada: User, signed_in: SignedIn
    ) -> None:
        olga = make_user("olga", vendor_role="vendor_admin")
        User.objects.filter(pk=olga.pk).update(is_staff=True)
        client = signed_in(olga)
        form = {
            "email": "Fin@Example.com",
            "name": "Fin",
            "vendor_role": "finance",
            "is_active": "on",
        }
        assert client.post("/admin/accounts/user/add/", form).status_code == 302
        fin = User.objects.get(email="fin@example.com")
        assert not fin.has_usable_password()
        with staff_context(user_id=olga.pk, scope=StaffScope.ALL):
            entry = HistoryEntry.objects.get(verb="staff_added")
        assert entry.actor_label == "Olga"
        assert client.get(f"/admin/accounts/user/{ada.pk}/change/").status_code == 302
        assert "ada@example.com" not in client.get("/admin/accounts/user/").text
