"""Step-up over HTTP: an old proof is asked for again, and what was typed is not lost."""

import inspect
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from accounts.access import AccessKind
from accounts.domain.roles import StaffScope
from accounts.middleware import declared_access
from accounts.models import ApiKey
from accounts.tenancy import staff_context
from tests.support.people import PASSWORD, make_membership, make_organization, make_user
from tests.support.routes import walk
from tests.support.sign_in import proved_ago

KEYS = "/o/acme/settings/api-keys/"
CONTINUE = "/confirm/continue/"


@pytest.fixture
def ada() -> Client:
    """Ada, an admin of acme, whose last proof is 16 minutes ago: one more than changes allow."""
    user, client = make_user("ada"), Client()
    make_membership(make_organization(), user=user, role="admin")
    client.force_login(user)
    proved_ago(client, seconds=16 * 60)
    return client


def keys() -> list[str]:
    """Return the names of acme's keys."""
    with staff_context(user_id=0, scope=StaffScope.ALL):
        return list(ApiKey.objects.values_list("name", flat=True))


@pytest.mark.django_db
class TestAnOldProof:
    def test_is_enough_to_read(self, ada: Client) -> None:
        assert ada.get(KEYS).status_code == 200

    def test_is_asked_for_again_and_the_form_goes_on_afterwards(self, ada: Client) -> None:
        asked = ada.post(
            KEYS, {"name": "Importer ü"}, headers={"Referer": f"http://testserver{KEYS}"}
        )
        assert (
            asked.headers["Location"] == "/accounts/reauthenticate/?next=%2Fconfirm%2Fcontinue%2F"
        )
        assert keys() == []
        proved = ada.post(asked.headers["Location"], {"password": PASSWORD, "next": CONTINUE})
        assert proved.headers["Location"] == CONTINUE
        page = ada.get(CONTINUE).content.decode()
        assert f'action="{KEYS}"' in page
        assert f'href="{KEYS}"' in page
        form = page.split("data-continue")[1].split("</form>")[0]
        fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
        assert fields.pop("csrfmiddlewaretoken")
        assert fields == {"name": "Importer ü"}
        assert ada.post(KEYS, fields).status_code == 200
        assert keys() == ["Importer ü"]
        assert ada.get(CONTINUE).headers["Location"] == "/"

    def test_stays_old_after_a_wrong_password(self, ada: Client) -> None:
        asked = ada.post(KEYS, {"name": "Importer"})
        assert ada.post(asked.headers["Location"], {"password": "wrong"}).status_code == 200
        assert ada.post(KEYS, {"name": "Importer"}).status_code == 302
        assert keys() == []

    def test_leads_the_whole_page_away_when_a_part_of_it_asks(self, ada: Client) -> None:
        asked = ada.post(
            KEYS,
            {"name": "Importer"},
            headers={"HX-Request": "true", "HX-Current-URL": f"http://testserver{KEYS}?a=1"},
        )
        assert asked.headers["HX-Redirect"].startswith(reverse("account_reauthenticate"))
        assert ada.session["step_up"]["back"] == f"{KEYS}?a=1"

    def test_never_leads_back_to_an_address_of_others(self, ada: Client) -> None:
        ada.post(KEYS, {"name": "x"}, headers={"Referer": "https://evil.example/o/acme/"})
        assert ada.session["step_up"]["back"] == "/"

    def test_of_somebody_without_any_way_here_leads_to_a_new_sign_in(self) -> None:
        bea, client = make_user("bea"), Client()
        bea.set_unusable_password()
        bea.save()
        make_membership(make_organization(), user=bea, role="admin")
        client.force_login(bea)
        proved_ago(client, seconds=16 * 60)
        asked = client.post(KEYS, {"name": "Importer"})
        assert asked.headers["Location"].startswith("/confirm/sign-in-again/?next=")
        page = client.get(asked.headers["Location"]).content.decode()
        assert "/accounts/login/?next=/confirm/continue/" in page


# What these forms do lets nothing in or out, or is asked about where it does.
_NOT_ASKED = {
    "sso_connection_test": "the provider asks; nothing opens before it is turned on",
    "webhook_test": "sends no data, to an address that is there",
    "endpoint_test": "sends no data, to an address that is there",
    "people_import_new": "changes nobody: the start of an import asks",
    "people_import": "changes nobody: the start of an import asks",
    "crm_exports": "a mapping sends nothing: the export asks",
    "crm_mapping": "a mapping sends nothing: the export asks",
}
_DOORS = ("sso.views", "provisioning.views", "integrations.views", "signals.views.crm")


def _methods(view: Any) -> list[str]:
    """Return what a view's own decorators let through; all without one."""
    while view is not None:
        held = inspect.getclosurevars(view).nonlocals
        if "request_method_list" in held:
            return list(held["request_method_list"])
        view = getattr(view, "__wrapped__", None)
    return ["GET", "POST"]


class TestFormsThatLetPeopleOrDataInOrOut:
    def test_ask_for_a_recent_proof(self) -> None:
        asks = {
            str(pattern.name): access.recent is not None
            for _path, pattern in walk(get_resolver().url_patterns)
            if inspect.unwrap(pattern.callback).__module__.startswith(_DOORS)
            and (access := declared_access(pattern.callback)) is not None
            and access.kind in (AccessKind.ORGANIZATION, AccessKind.VENDOR)
            and "POST" in _methods(pattern.callback)
        }
        assert len(asks) > 30
        assert {name for name, does in asks.items() if not does} == set(_NOT_ASKED)
