"""Settings > Directory: what an admin sees and chooses of the connection."""

import re

import pytest
from django.test import Client

from accounts.tenancy import organization_context
from provisioning.models import DirectoryConnection, DirectoryGroup, DirectoryToken
from tests.integration.provisioning.conftest import USER, Directory
from tests.support.people import make_admin

PAGE = "/o/acme/settings/directory/"


@pytest.fixture
def admin(directory: Directory) -> Client:
    """Return ada, signed in as herself a moment ago."""
    client = Client()
    ada = make_admin("ada", directory.organization)
    client.post("/accounts/login/", {"login": ada.email, "password": "a password for tests"})
    return client


@pytest.mark.django_db
class TestThePage:
    def test_shows_what_was_asked_and_why_it_was_refused(
        self, admin: Client, directory: Directory
    ) -> None:
        anna = directory.create("anna@acme.example")
        directory.ask("POST", "/Users", {"schemas": [USER], "userName": "anna@acme.example"})
        directory.ask("GET", f"/Users/{anna['id']}")
        page = admin.get(PAGE)
        text = page.content.decode()
        assert [(line.asked, line.status) for line in page.context["log"]] == [
            ("Read a person", 200),
            ("Create a person", 409),
            ("Create a person", 201),
        ]
        assert "Somebody in the directory has this user name already." in text
        assert "http://testserver/scim/v2</code>" in text
        assert page.context["standing"].refused == 1
        refused = admin.get(f"{PAGE}?show=refused")
        assert [line.about for line in refused.context["log"]] == ["anna@acme.example"]

    def test_shows_a_new_token_once_and_lets_the_old_one_end(
        self, admin: Client, directory: Directory
    ) -> None:
        answer = admin.post(f"{PAGE}token/")
        shown = re.search(r"hrd_[0-9a-f]{12}_[0-9a-f]{64}", answer.content.decode())
        assert shown is not None
        assert Directory(directory.organization, shown[0]).ask("GET", "/Users").status_code == 200
        assert shown[0] not in admin.get(PAGE).content.decode()
        with organization_context(directory.organization.pk):
            newest, older = DirectoryToken.objects.all()
        assert older.expires_at is not None
        assert newest.expires_at is not None
        assert older.expires_at < newest.expires_at
        admin.post(f"{PAGE}token/{newest.pk}/revoke/")
        assert Directory(directory.organization, shown[0]).ask("GET", "/Users").status_code == 401

    def test_keeps_what_the_directory_decides(self, admin: Client, directory: Directory) -> None:
        form = {"seats": "everybody", "member_id_from": "email", "region_from": "division"}
        assert admin.post(PAGE, form).status_code == 302
        with organization_context(directory.organization.pk):
            assert DirectoryConnection.objects.get().region_from == "division"
        assert admin.post(PAGE, form | {"seats": "all"}).status_code == 422

    def test_gives_a_group_its_meaning_and_makes_nobody_an_owner(
        self, admin: Client, directory: Directory
    ) -> None:
        anna = directory.create("anna")
        directory.group("Finance", anna["id"])
        with organization_context(directory.organization.pk):
            group = DirectoryGroup.objects.get()
        address = f"{PAGE}groups/{group.pk}/"
        assert admin.get(address).status_code == 200
        assert admin.post(address, {"role": "owner"}).status_code == 422
        assert admin.post(address, {"role": "billing"}).status_code == 302
        assert directory.membership("anna").role == "billing"
