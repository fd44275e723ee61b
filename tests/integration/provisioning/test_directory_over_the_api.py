"""The directory's connection and files of people over the API, as the pages do them."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.domain.roles import OrganizationRole, Permission
from accounts.models import Department, HistoryEntry, Membership
from accounts.services.history import SYSTEM
from accounts.services.roles import create_role
from accounts.tenancy import organization_context
from provisioning import tasks
from provisioning.models import DirectoryGroup
from tests.integration.provisioning.conftest import Directory
from tests.support.people import NOW, make_admin, make_api_key, make_membership

pytestmark = pytest.mark.django_db
V1 = "/api/v1/organizations/acme"
CSV = "E-Mail;Vorname;Abteilung\nanna@acme.example;Anna;Design\nnonsense;No;\n"


@pytest.fixture
def own(directory: Directory) -> APIClient:
    client = APIClient()
    key = make_api_key(directory.organization)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
    return client


def refused(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


class TestAFileOfPeople:
    FILES = f"{V1}/people-imports"

    def test_is_sent_checked_and_imported(self, own: APIClient, directory: Directory) -> None:
        assert refused(own.post(self.FILES, {"content": "one line"})) == (422, "file_not_readable")
        sent = own.post(self.FILES, {"content": CSV}).json()
        assert (sent["state"], sent["lines"], sent["findings"]) == ("sent", 2, None)
        assert sent["mapping"] == ["email", "first_name", "department"]
        one = f"{self.FILES}/{sent['id']}"
        assert refused(own.post(f"{one}/start")) == (409, "import_not_ready")
        short = own.post(f"{one}/check", {"mapping": ["email"]})
        assert short.json()["errors"][0]["field"] == "mapping"
        nobody = own.post(f"{one}/check", {"mapping": ["", "first_name", ""]})
        assert refused(nobody) == (422, "mapping_not_usable")
        found = own.post(f"{one}/check").json()["findings"]
        assert (found["new"], found["refused"]) == (1, 1)
        assert found["refusals"] == [{"line": 3, "about": "nonsense", "reason": "bad_email"}]
        with organization_context(directory.organization.pk):
            assert not Membership.objects.filter(email="anna@acme.example").exists()
        assert own.post(f"{one}/start").json()["state"] == "done"
        with organization_context(directory.organization.pk):
            assert Membership.objects.get(email="anna@acme.example").name == "Anna"
            entry = HistoryEntry.objects.get(verb="people_imported")
        assert entry.actor_label == "API key tests"
        assert refused(own.post(f"{one}/check")) == (409, "import_not_ready")
        assert [each["state"] for each in own.get(self.FILES).json()["results"]] == ["done"]

    def test_of_many_lines_is_imported_in_the_keys_name(
        self, own: APIClient, directory: Directory, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(tasks, "AT_ONCE", 1)
        one = f"{self.FILES}/{own.post(self.FILES, {'content': CSV}).json()['id']}"
        assert own.post(f"{one}/check").json()["state"] == "checking"
        import_id = own.get(one).json()["id"]
        organization_id = directory.organization.pk
        tasks.check_people_file(organization_id, import_id, ["email", "first_name", ""])
        assert own.post(f"{one}/start").json()["state"] == "importing"
        tasks.import_people_file(organization_id, import_id, None, "API key tests")
        assert own.get(one).json()["findings"]["new"] == 1
        with organization_context(organization_id):
            assert HistoryEntry.objects.get(verb="people_imported").actor_label == "API key tests"


class TestTheDirectory:
    HOME = f"{V1}/directory"

    def test_gets_choices_and_tokens(self, own: APIClient, directory: Directory) -> None:
        assert own.get(self.HOME).json()["scim_address"].endswith("/scim/v2")
        part = own.put(self.HOME, {"seats": "nobody"})
        fields = {error["field"] for error in part.json()["errors"]}
        assert fields == {"member_id_from", "region_from"}
        choices = {"seats": "groups", "member_id_from": "email", "region_from": "nothing"}
        assert own.put(self.HOME, choices).json().items() >= choices.items()
        narrow = APIClient()
        key = make_narrow_key(own)
        narrow.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
        assert refused(narrow.post(f"{self.HOME}/tokens")) == (403, "key_gives_more")
        issued = own.post(f"{self.HOME}/tokens").json()
        after = Directory(directory.organization, issued["token"])
        assert after.ask("GET", "/Users").status_code == 200
        tokens = own.get(f"{self.HOME}/tokens").json()
        assert (len(tokens), tokens[0]["name"]) == (2, issued["name"])
        assert "token" not in tokens[0]
        assert own.delete(f"{self.HOME}/tokens/{issued['id']}").status_code == 204
        assert after.ask("GET", "/Users").status_code == 401
        log = own.get(f"{self.HOME}/requests?refused=true").json()["results"]
        assert [(each["path"], each["status"]) for each in log] == [("/Users", 401)]

    def test_has_groups_that_mean_something(self, own: APIClient, directory: Directory) -> None:
        person = directory.create("anna@acme.example")
        directory.group("Licensed", person["id"])
        with organization_context(directory.organization.pk):
            group = DirectoryGroup.objects.get()
            Department.objects.create(organization=directory.organization, name="Design")
        one = f"{self.HOME}/groups/{group.pk}"
        wrong = own.put(one, {"department": "Nobody"})
        assert wrong.json()["errors"][0]["field"] == "department"
        assert refused(own.put(one, {"role": "owner"})) == (409, "role_not_given_to_groups")
        meant = own.put(one, {"role": "approver", "department": "design"}).json()
        assert (meant["role"], meant["department"], meant["people"]) == ("approver", "Design", 1)
        with organization_context(directory.organization.pk):
            assert Membership.objects.get(email="anna@acme.example").role == "approver"
        assert own.get(f"{self.HOME}/groups").json()["results"] == [meant]


class TestARole:
    def test_is_given_over_some_departments(self, own: APIClient, directory: Directory) -> None:
        organization = directory.organization
        make_admin("ada", organization)
        make_membership(organization, external_id="ben")
        with organization_context(organization.pk):
            design = Department.objects.create(organization=organization, name="Design").pk
        custom = create_role(
            organization_id=organization.pk,
            name="Reader",
            permissions=[Permission.PEOPLE_READ],
            granter=OrganizationRole.OWNER,
            actor=SYSTEM,
            now=NOW,
        )
        one = f"{V1}/members/ben/role"
        given = {"role_id": custom.pk, "departments": [design]}
        held = {"role": "member", "role_id": custom.pk, "departments": [design]}
        assert own.put(one, given).json() == own.get(one).json() == held
        # Passed over, the unknown department would make the role reach everybody.
        unknown = own.put(one, {"role": "admin", "departments": [design + 1]})
        assert unknown.json()["errors"][0]["field"] == "departments"
        both = own.put(one, {"role": "admin", "role_id": custom.pk})
        assert both.json()["errors"][0]["field"] == "role"
        assert refused(own.put(one, {"role_id": custom.pk + 1})) == (404, "role_unknown")
        assert refused(own.put(one, {"role": "owner"})) == (403, "role_not_yours_to_give")
        last = own.put(f"{V1}/members/ada@example.com/role", {"role": "member"})
        assert refused(last) == (409, "nobody_left_in_charge")
        plain = {"role": "billing", "role_id": None, "departments": None}
        assert own.put(one, {"role": "billing"}).json() == plain


def make_narrow_key(own: APIClient) -> str:
    """A key of the organization that may change settings and nothing else."""
    made = own.post(f"{V1}/api-keys", {"name": "Narrow", "scopes": ["settings:write"]})
    key: str = made.json()["key"]
    return key
