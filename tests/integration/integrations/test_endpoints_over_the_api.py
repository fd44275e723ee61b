"""Endpoints over the API: the vendor's own and an organization's, with their messages."""

from typing import Any

import pytest
from django.test import override_settings
from rest_framework.test import APIClient

from accounts.models import Organization
from accounts.tenancy import organization_context
from integrations.models import Delivery, Endpoint
from tests.support.people import make_api_key, make_organization

pytestmark = pytest.mark.django_db(databases=["default", "pipeline"])
V1 = "/api/v1"
URL = "https://hooks.example.com/in"


def client_of(key: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
    return client


@pytest.fixture
def acme() -> Organization:
    return make_organization("acme")


@pytest.fixture
def own(acme: Organization) -> APIClient:
    return client_of(make_api_key(acme))


@pytest.fixture
def vendor() -> APIClient:
    return client_of(make_api_key())


def refused(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def given(**changes: Any) -> dict[str, Any]:
    return {"name": "Own", "url": URL, "event_types": ["member.left"]} | changes


class TestAnOrganizations:
    HOOKS = f"{V1}/organizations/acme/webhooks"

    def test_are_made_with_a_secret_that_is_shown_once(self, own: APIClient) -> None:
        again = {"Idempotency-Key": "one"}
        made = own.post(self.HOOKS, given(), headers=again)
        assert made.status_code == 201
        endpoint = made.json()
        assert endpoint["secret"].startswith("whsec_")
        assert (endpoint["event_types"], endpoint["verified_at"]) == (["member.left"], None)
        assert refused(own.post(self.HOOKS, given(), headers=again)) == (409, "answer_not_kept")
        one = f"{self.HOOKS}/{endpoint['id']}"
        assert "secret" not in own.get(one).json()
        renewed = own.post(f"{one}/secret").json()
        assert renewed["secret"] not in ("", endpoint["secret"])
        assert renewed["old_secret_until"] is not None
        slack = own.post(self.HOOKS, given(format="slack")).json()
        assert slack["secret"] is None
        assert len(own.get(self.HOOKS).json()["results"]) == 2

    def test_are_changed_proven_anew_and_removed(self, own: APIClient) -> None:
        one = f"{self.HOOKS}/{own.post(self.HOOKS, given()).json()['id']}"
        with_match = {"If-Match": own.get(one)["ETag"]}
        paused = own.put(one, given(is_active=False, language="de"), headers=with_match).json()
        assert (paused["is_active"], paused["language"]) == (False, "de")
        assert own.put(one, given(), headers=with_match).status_code == 412
        assert own.post(f"{one}/verify").json()["type"] == "endpoint.verification"
        # The first challenge is void; the log has both.
        states = [row["state"] for row in own.get(f"{one}/deliveries").json()["results"]]
        assert sorted(states) == ["failed", "pending"]
        assert own.delete(one).status_code == 204
        assert own.get(one).status_code == 404

    @override_settings(INTEGRATIONS_ALLOW_PRIVATE=False)
    def test_name_what_is_wrong(self, own: APIClient) -> None:
        plain = own.post(self.HOOKS, given(url="http://hooks.example.com/"))
        assert refused(plain) == (400, "address_unfit")
        assert plain.json()["errors"][0]["field"] == "url"
        # What the vendor alone is told is no kind of theirs.
        alone = own.post(self.HOOKS, given(event_types=["task.changed"]))
        assert refused(alone) == (400, "no_event_chosen")
        assert own.post(self.HOOKS, {"name": "Own"}).json()["errors"][0]["field"] == "url"

    def test_messages_are_read_and_sent_again(self, own: APIClient, acme: Organization) -> None:
        one = f"{self.HOOKS}/{own.post(self.HOOKS, given()).json()['id']}"
        assert refused(own.post(f"{one}/replay")) == (409, "nothing_to_replay")
        sent = own.post(f"{one}/test")
        assert (sent.status_code, sent.json()["state"]) == (202, "pending")
        with organization_context(acme.pk):
            Delivery.objects.filter(pk=sent.json()["id"]).update(state="failed", attempts=9)
        log = f"{one}/deliveries"
        assert own.get(f"{log}?state=failed&type=test.ping").json()["results"][0]["attempts"] == 9
        assert own.get(f"{log}?state=lost").json()["errors"][0]["field"] == "state"
        whole = own.get(f"{log}/{sent.json()['id']}").json()
        assert (whole["body"]["type"], whole["tries"]) == ("test.ping", [])
        assert own.post(f"{one}/replay", {"state": "failed"}).json() == {"count": 1}
        single = own.post(f"{log}/{sent.json()['id']}/replay").json()
        assert (single["state"], single["attempts"]) == ("pending", 0)
        (challenge,) = own.get(f"{log}?type=endpoint.verification").json()["results"]
        again = own.post(f"{log}/{challenge['id']}/replay")
        assert refused(again) == (409, "nothing_to_replay")

    def test_hear_nothing_that_the_key_may_not_read(
        self, own: APIClient, acme: Organization
    ) -> None:
        scopes = ["integrations:write", "people:read"]
        narrow = client_of(make_api_key(acme, scopes=scopes))
        both = given(event_types=["member.left", "invoice.paid"])
        lacking = narrow.post(self.HOOKS, both)
        assert refused(lacking) == (403, "scope_missing")
        assert "billing:read" in lacking.json()["title"]
        own_kinds = {each["name"]: each["scope"] for each in narrow.get(f"{V1}/event-types").json()}
        assert own_kinds["invoice.paid"] == "billing:read"
        assert narrow.post(self.HOOKS, given()).status_code == 201
        # Neither is an endpoint of somebody else's led elsewhere, nor its log read or sent again.
        one = f"{self.HOOKS}/{own.post(self.HOOKS, both).json()['id']}"
        assert refused(narrow.put(one, given())) == (403, "scope_missing")
        sent = own.post(f"{one}/test").json()["id"]
        with organization_context(acme.pk):
            Delivery.objects.filter(pk=sent).update(state="failed", type="invoice.paid")
        for asked in (
            narrow.get(f"{one}/deliveries/{sent}"),
            narrow.post(f"{one}/deliveries/{sent}/replay"),
            narrow.post(f"{one}/replay"),
        ):
            assert refused(asked) == (403, "scope_missing")
        assert own.post(f"{one}/replay").json() == {"count": 1}


class TestTheVendors:
    def test_are_not_an_organizations(
        self, vendor: APIClient, own: APIClient, acme: Organization
    ) -> None:
        made = vendor.post(f"{V1}/endpoints", given(event_types=["task.changed", "no.such"]))
        assert made.json()["event_types"] == ["task.changed"]
        one = f"{V1}/endpoints/{made.json()['id']}"
        assert own.get(one).status_code == 403
        # Neither is read at the other's address.
        assert own.get(f"{TestAnOrganizations.HOOKS}/{made.json()['id']}").status_code == 404
        with organization_context(acme.pk):
            theirs = Endpoint.objects.create(organization=acme, name="Own", url=URL, salt="s")
        assert vendor.get(f"{V1}/endpoints/{theirs.pk}").status_code == 404
        assert vendor.delete(f"{V1}/endpoints/{theirs.pk}").status_code == 404
        assert vendor.get(f"{TestAnOrganizations.HOOKS}/{theirs.pk}").status_code == 200
        assert [each["name"] for each in vendor.get(f"{V1}/endpoints").json()["results"]] == ["Own"]
        assert vendor.delete(one).status_code == 204

    def test_hear_more_kinds_of_events(self, vendor: APIClient, own: APIClient) -> None:
        all_kinds = {each["name"]: each for each in vendor.get(f"{V1}/event-types").json()}
        own_kinds = {each["name"]: each for each in own.get(f"{V1}/event-types").json()}
        assert own_kinds.items() < all_kinds.items()
        assert all_kinds["task.changed"]["is_vendor_only"]
        left = own_kinds["member.left"]
        assert left["ordered_by"] == "member"
        assert {"member", "name", "actor"} == {fact["name"] for fact in left["facts"]}

    def test_have_buttons_in_slack_alone(self, vendor: APIClient, own: APIClient) -> None:
        buttons = given(format="slack", event_types=["task.changed"], has_buttons=True)
        hooks = f"{V1}/endpoints"
        assert refused(vendor.post(hooks, buttons)) == (400, "buttons_not_possible")
        with override_settings(SLACK_SIGNING_SECRET="s"):
            made = vendor.post(hooks, buttons).json()
            plain = vendor.post(hooks, buttons | {"format": "standard"})
            theirs = own.post(TestAnOrganizations.HOOKS, given(format="slack", has_buttons=True))
            changed = vendor.put(f"{hooks}/{made['id']}", given(event_types=["task.changed"]))
        assert plain.json()["errors"][0]["field"] == "has_buttons"
        assert refused(theirs) == (400, "buttons_not_possible")
        # What is not named of it stays.
        assert (made["has_buttons"], changed.json()["has_buttons"]) == (True, True)
