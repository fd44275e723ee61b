"""Second factors over HTTP, with codes as an authenticator app shows them."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client, override_settings

from accounts.models import HistoryEntry, Organization, User
from accounts.tenancy import organization_context
from identity.domain.rules import SecondFactorFor, SignInRules
from tests.integration.identity.conftest import code_of, give_app, set_rules, sign_in
from tests.support.people import make_user
from tests.support.sign_in import proved_ago

SETTINGS = "/o/acme/settings/"
ACTIVATE = "/accounts/2fa/totp/activate/"
CODES = "/accounts/2fa/recovery-codes/"
DONE = "/preferences/security/second-factor/done/"


def verbs(organization: Organization) -> list[str]:
    with organization_context(organization.pk):
        return list(HistoryEntry.objects.order_by("pk").values_list("verb", flat=True))


@pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])
class TestSettingUpAnAuthenticatorApp:
    def test_happens_where_the_organization_asks_and_the_person_goes_on(
        self, acme: Organization, ada: User, client: Client
    ) -> None:
        set_rules(acme, SignInRules(second_factor=SecondFactorFor.ADMINS))
        assert sign_in(client).status_code == 302
        led = client.get(SETTINGS)
        assert led.headers["Location"] == "/preferences/security/second-factor/"
        assert ACTIVATE in client.get(led.headers["Location"]).content.decode()
        # The password of a moment ago is proof enough: nobody is asked twice.
        page = client.get(ACTIVATE).content.decode()
        assert 'src="data:image/svg+xml;base64,' in page
        found = re.search(r'id="totp-secret">([A-Z2-7]+)<', page)
        assert found
        assert client.post(ACTIVATE, {"code": "000000"}).status_code == 200
        turned_on = client.post(ACTIVATE, {"code": code_of(found[1])})
        assert turned_on.headers["Location"] == CODES
        shown = re.findall(r"^(\d{8})$", client.get(CODES).content.decode(), re.MULTILINE)
        assert client.get(DONE).headers["Location"] == SETTINGS
        assert client.get(SETTINGS).status_code == 200
        assert verbs(acme)[-2:] == ["second_factor_added", "second_factor_added"]
        assert found[1] not in str(list(Authenticator.objects.values_list("data", flat=True)))
        assert "Authenticator app turned on" in [m.subject for m in mail.outbox]
        # The next sign-in asks for it; a code of the app works once, a recovery code once.
        other = Client()
        assert sign_in(other).headers["Location"].startswith("/accounts/2fa/authenticate/")
        assert other.get(SETTINGS).status_code == 302
        signed_in = other.post("/accounts/2fa/authenticate/", {"code": shown[0]})
        assert signed_in.headers["Location"] == "/"
        assert other.get(SETTINGS).status_code == 200
        third = Client()
        sign_in(third)
        assert third.post("/accounts/2fa/authenticate/", {"code": shown[0]}).status_code == 200


@pytest.mark.django_db
class TestAnAuthenticatorApp:
    def test_that_another_browser_set_up_is_proved_once_here(
        self, acme: Organization, ada: User, client: Client
    ) -> None:
        sign_in(client)
        secret = give_app(ada)
        set_rules(acme, SignInRules(second_factor=SecondFactorFor.EVERYBODY))
        led = client.get(SETTINGS)
        assert (
            led.headers["Location"]
            == "/accounts/2fa/reauthenticate/?next=%2Fo%2Facme%2Fsettings%2F"
        )
        proved = client.post(led.headers["Location"], {"code": code_of(secret), "next": SETTINGS})
        assert proved.headers["Location"] == SETTINGS
        assert client.get(SETTINGS).status_code == 200

    def test_takes_a_code_once(self, ada: User) -> None:
        code = code_of(give_app(ada))
        answers = []
        for _attempt in range(2):
            client = Client()
            sign_in(client)
            answers.append(client.post("/accounts/2fa/authenticate/", {"code": code}).status_code)
        assert answers == [302, 200]

    def test_is_turned_off_only_with_a_recent_proof(self, ada: User, client: Client) -> None:
        client.force_login(ada)
        give_app(ada)
        proved_ago(client, seconds=16 * 60)
        off = "/accounts/2fa/totp/deactivate/"
        assert client.post(off).headers["Location"].startswith("/accounts/reauthenticate/")
        proved_ago(client, seconds=1)
        assert client.post(off).status_code == 302
        assert not Authenticator.objects.filter(user=ada).exists()


@pytest.mark.django_db
class TestTheVendorsStaff:
    def test_needs_a_second_factor_where_the_deployment_says_so(self, client: Client) -> None:
        client.force_login(make_user("olga", vendor_role="vendor_admin"))
        assert client.get("/vendor/history/").status_code == 200
        with override_settings(STAFF_SECOND_FACTOR=True):
            led = client.get("/vendor/history/")
        assert led.headers["Location"] == "/preferences/security/second-factor/"
