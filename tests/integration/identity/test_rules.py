"""The rules of an organization for sessions and passwords, held to at every request."""

import time

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import HistoryEntry, Organization, User
from accounts.tenancy import organization_context
from identity.domain.rules import SecondFactorFor, SignInRules
from identity.selectors.rules import demands_on
from tests.integration.identity.conftest import set_rules, sign_in
from tests.support.people import PASSWORD, make_membership, make_organization
from tests.support.sign_in import proved_ago

SETTINGS = "/o/acme/settings/"
PAGE = "/o/acme/settings/sign-in/"
FORM = {
    "second_factor": "admins",
    "idle_hours": "8",
    "session_days": "",
    "password_length": "12",
    "buying_minutes": "60",
    "changing_minutes": "15",
    "exporting_minutes": "60",
}


def let_pass(client: Client, *, hours: float, key: str = "seen_at") -> None:
    session = client.session
    session[key] = time.time() - hours * 3600
    session.save()


@pytest.mark.django_db
class TestTheRules:
    def test_are_changed_in_settings_and_told_in_the_history(
        self, acme: Organization, ada: User, client: Client
    ) -> None:
        client.force_login(ada)
        assert "Ada" in client.get(PAGE).content.decode()
        assert client.post(PAGE, FORM | {"buying_minutes": "721"}).status_code == 422
        assert client.post(PAGE, FORM).headers["Location"] == PAGE
        with organization_context(acme.pk):
            entry = HistoryEntry.objects.get(verb="sign_in_rules_changed")
        assert entry.changes == {
            "second_factor": ["nobody", "admins"],
            "idle_hours": [None, 8],
            "password_length": [8, 12],
            "buying_minutes": [720, 60],
        }

    def test_of_the_strictest_organization_hold_for_a_person_in_two(
        self, acme: Organization, ada: User
    ) -> None:
        other = make_organization("other")
        make_membership(other, user=ada, role="member")
        set_rules(acme, SignInRules(idle_hours=8, second_factor=SecondFactorFor.ADMINS))
        set_rules(other, SignInRules(password_length=20, second_factor=SecondFactorFor.ADMINS))
        demands = demands_on(ada)
        assert demands.second_factor  # as acme's admin
        assert demands.password_length == 20
        assert demands.idle is not None
        assert demands.idle.total_seconds() == 8 * 3600

    def test_cost_no_query_of_their_own(
        self, acme: Organization, ada: User, client: Client
    ) -> None:
        client.force_login(ada)
        counts = []
        for rules in (None, SignInRules(idle_hours=8), SignInRules(idle_hours=8)):
            if rules:
                set_rules(acme, rules)
                client.get(SETTINGS)  # the session takes the new limit
            with CaptureQueriesContext(connection) as asked:
                assert client.get(SETTINGS).status_code == 200
            counts.append(len(asked))
        assert len(set(counts)) == 1, counts


@pytest.mark.django_db
class TestASession:
    def test_ends_after_the_hours_without_use_everywhere(
        self, acme: Organization, ada: User, client: Client
    ) -> None:
        set_rules(acme, SignInRules(idle_hours=2))
        client.force_login(ada)
        assert client.get(SETTINGS).status_code == 200
        let_pass(client, hours=1.9)
        assert client.get("/preferences/").status_code == 200
        let_pass(client, hours=2)
        ended = client.get("/preferences/")
        assert ended.headers["Location"] == "/accounts/login/?next=/preferences/"
        assert "_auth_user_id" not in client.session
        assert "Your session has ended" in client.get(ended.headers["Location"]).content.decode()

    def test_ends_after_the_days_in_all_however_much_it_is_used(
        self, acme: Organization, ada: User, client: Client
    ) -> None:
        client.force_login(ada)
        let_pass(client, hours=25, key="signed_in_at")
        assert client.get(SETTINGS).status_code == 200
        set_rules(acme, SignInRules(session_days=1))
        assert client.get(SETTINGS).headers["Location"].startswith("/accounts/login/")

    def test_asks_again_as_early_as_the_organization_wants(
        self, acme: Organization, ada: User, client: Client
    ) -> None:
        set_rules(acme, SignInRules(exporting_minutes=10))
        client.force_login(ada)
        export = "/o/acme/settings/history.csv"
        proved_ago(client, seconds=9 * 60)
        assert client.get(export).status_code == 200
        proved_ago(client, seconds=11 * 60)
        assert client.get(export).headers["Location"].startswith("/accounts/reauthenticate/")


@pytest.mark.django_db
class TestAPassword:
    def test_is_as_long_as_the_organization_asks(self, acme: Organization, ada: User) -> None:
        set_rules(acme, SignInRules(password_length=16))
        with pytest.raises(ValidationError, match="at least 16 characters"):
            validate_password("fifteen charact", ada)
        validate_password("sixteen characte", ada)

    def test_that_became_too_short_is_changed_at_the_next_sign_in(
        self, acme: Organization, ada: User, client: Client
    ) -> None:
        set_rules(acme, SignInRules(password_length=len(PASSWORD) + 1))
        sign_in(client)
        led = client.get(SETTINGS)
        assert led.headers["Location"] == "/accounts/password/change/"
        longer = "a longer password for tests"
        answer = client.post(
            led.headers["Location"],
            {"oldpassword": PASSWORD, "password1": longer, "password2": longer},
        )
        assert answer.status_code == 302
        assert client.get(SETTINGS).status_code == 200
