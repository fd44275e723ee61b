"""Where a person is signed in, and the mail about a browser not seen before."""

import pytest
from allauth.usersessions.models import UserSession
from django.core import mail
from django.core.cache import cache
from django.test import Client

from accounts.models import HistoryEntry, Organization, User
from accounts.tenancy import organization_context
from tests.integration.identity.conftest import sign_in
from tests.support.people import make_user

SECURITY = "/preferences/security/"
SETTINGS = "/o/acme/settings/"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1"


@pytest.fixture(autouse=True)
def fresh_limits() -> None:
    cache.clear()


@pytest.mark.django_db
class TestSessions:
    def test_are_listed_in_words_and_ended_one_by_one(
        self, acme: Organization, ada: User, client: Client
    ) -> None:
        sign_in(client)
        phone = Client()
        sign_in(phone, **{"User-Agent": PHONE})
        page = client.get(SECURITY).content.decode()
        assert "Firefox on Linux" in page
        assert "Safari on iPhone" in page
        assert page.index("this browser") < page.index("Safari on iPhone")
        theirs = UserSession.objects.get(user_agent=PHONE)
        assert client.post(f"{SECURITY}sessions/{theirs.pk}/end/").headers["Location"] == SECURITY
        assert phone.get(SETTINGS).headers["Location"].startswith("/accounts/login/")
        assert client.get(SETTINGS).status_code == 200
        with organization_context(acme.pk):
            assert HistoryEntry.objects.filter(verb="session_ended").count() == 1

    def test_of_others_cannot_be_ended(self, ada: User, client: Client) -> None:
        sign_in(client)
        make_user("ben")
        ben = Client()
        sign_in(ben, email="ben@example.com")
        own = UserSession.objects.get(user=ada)
        assert ben.post(f"{SECURITY}sessions/{own.pk}/end/").status_code == 404
        assert client.get(SETTINGS).status_code == 200

    def test_elsewhere_end_together(self, ada: User, client: Client) -> None:
        others = [Client(), Client()]
        for browser in (client, *others):
            sign_in(browser)
        client.post(f"{SECURITY}sessions/end-others/")
        assert client.get(SETTINGS).status_code == 200
        assert [other.get(SETTINGS).status_code for other in others] == [302, 302]

    def test_note_their_use_every_five_minutes(self, ada: User, client: Client) -> None:
        sign_in(client)
        before = UserSession.objects.get()
        client.get(SECURITY)
        assert UserSession.objects.get().last_seen_at == before.last_seen_at
        session = client.session
        session["seen_at"] -= 301
        session.save()
        client.get(SECURITY, headers={"User-Agent": PHONE})
        after = UserSession.objects.get()
        assert after.last_seen_at > before.last_seen_at
        assert after.user_agent == PHONE


@pytest.mark.django_db
class TestABrowserNotSeenBefore:
    def test_is_told_by_mail_once_and_not_the_first_of_all(self, ada: User) -> None:
        ada.language = "de"
        ada.save()
        known, new = Client(), Client()
        sign_in(known)
        assert mail.outbox == []
        sign_in(new, **{"User-Agent": PHONE})
        (told,) = mail.outbox
        assert told.to == ["ada@example.com"]
        assert "Safari" in told.body
        assert "127.0.0.1" in told.body
        assert SECURITY in told.body
        for browser in (known, new):
            browser.post("/accounts/logout/")
            sign_in(browser)
        assert len(mail.outbox) == 1

    def test_of_another_person_is_new_to_this_one(self, ada: User, client: Client) -> None:
        make_user("ben")
        sign_in(client, email="ben@example.com")
        sign_in(Client())
        mail.outbox.clear()
        client.post("/accounts/logout/")
        sign_in(client)
        assert [m.to for m in mail.outbox] == [["ada@example.com"]]


@pytest.mark.django_db
class TestPasswordManagers:
    def test_find_where_a_password_is_changed(self, client: Client) -> None:
        answer = client.get("/.well-known/change-password")
        assert answer.headers["Location"] == "/accounts/password/change/"
