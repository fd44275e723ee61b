"""Wrong passwords, many at once, against the cache that a deployment has (Valkey)."""

import os
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from allauth.account.adapter import get_adapter
from allauth.core import context
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.cache import SessionStore
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import connections
from django.test import Client, RequestFactory, override_settings

from accounts.models import User
from config.redis import cache_settings
from tests.integration.identity.conftest import sign_in
from tests.support.people import PASSWORD, make_user

AT_ONCE = 50
TRY_AGAIN = "That was too often. Try again in 5 minutes, or choose a new password."


@pytest.fixture
def valkey() -> Iterator[None]:
    """Let the limits count in Valkey, as they do in a deployment."""
    own = cache_settings(os.environ["REDIS_URL"]) | {"KEY_PREFIX": "lock-out"}
    with override_settings(CACHES={"default": own}):
        cache.clear()
        yield
        cache.clear()


def attempt(email: str, password: str, address: str) -> str:
    """Try a password once, as the sign-in form does; return what became of it."""
    request = RequestFactory().post("/accounts/login/", REMOTE_ADDR=address)
    request.session = SessionStore()
    request.user = AnonymousUser()
    try:
        with context.request_context(request):
            user = get_adapter(request).authenticate(request, email=email, password=password)
    except ValidationError as refusal:
        return str(refusal.messages[0])
    return "in" if user else "wrong"


def all_at_once(attempts: list[tuple[str, str, str]]) -> Counter[str]:
    """Make the attempts in as many threads, released together; count what became of them."""
    barrier = Barrier(len(attempts))

    def one(arguments: tuple[str, str, str]) -> str:
        barrier.wait()
        try:
            return attempt(*arguments)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(attempts)) as pool:
        return Counter(pool.map(one, attempts))


@pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])
@pytest.mark.usefixtures("valkey")
class TestFiftyAttemptsAtOnce:
    def test_let_five_passwords_of_an_account_be_tried_known_or_not(self) -> None:
        make_user("ada")
        for number, email in enumerate(["ada@example.com", "nobody@example.com"]):
            # From as many addresses, so that the account's own limit is what holds.
            outcomes = all_at_once(
                [(email, f"guess {n}", f"198.51.{number}.{n}") for n in range(AT_ONCE)]
            )
            assert outcomes["in"] == 0
            assert outcomes["wrong"] == 5, outcomes
            assert outcomes[TRY_AGAIN] == AT_ONCE - 5, outcomes
            # Now even the right password waits, from anywhere.
            assert attempt(email, PASSWORD, "192.0.2.1") == TRY_AGAIN

    def test_let_ten_of_an_address_be_tried_whoever_they_name(self) -> None:
        outcomes = all_at_once(
            [(f"person-{n}@example.com", "guess", "203.0.113.9") for n in range(AT_ONCE)]
        )
        assert outcomes["wrong"] == 10, outcomes
        assert sum(outcomes.values()) == AT_ONCE
        # Another address is not held for it.
        assert attempt("person-1@example.com", "guess", "203.0.113.10") == "wrong"


@pytest.mark.django_db
class TestTheSignInPage:
    def test_says_the_same_of_a_known_and_an_unknown_address(self, ada: User) -> None:
        said: dict[str, list[str]] = {}
        for email in ("ada@example.com", "nobody@example.com"):
            cache.clear()
            pages = [
                sign_in(Client(), email=email, password="wrong").content.decode() for _ in range(6)
            ]
            said[email] = [
                page.split('<div class="auth-card">')[1].split("csrfmiddlewaretoken")[0]
                for page in pages
            ]
            assert "Try again in 5 minutes" in pages[5]
            assert "Try again in" not in pages[4]
        assert said["ada@example.com"] == said["nobody@example.com"]
        cache.clear()

    def test_hashes_once_for_a_known_and_an_unknown_address(
        self, ada: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Hashing is what a sign-in spends its time on: as often for both, so as long."""
        from django.contrib.auth.hashers import MD5PasswordHasher

        hashed: list[str] = []
        encode = MD5PasswordHasher.encode

        def counted(self: MD5PasswordHasher, password: str, salt: str) -> str:
            hashed.append(password)
            result: str = encode(self, password, salt)
            return result

        monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
        cache.clear()
        for email in ("ada@example.com", "nobody@example.com"):
            hashed.clear()
            sign_in(Client(), email=email, password="wrong")
            assert hashed == ["wrong"]
        cache.clear()

    def test_answers_a_reset_alike_and_mails_both(self, ada: User, client: Client) -> None:
        from django.core import mail

        answers = []
        for email in ("ada@example.com", "nobody@example.com"):
            answer = client.post("/accounts/password/reset/", {"email": email})
            answers.append((answer.status_code, answer.headers["Location"]))
        assert answers[0] == answers[1]
        assert [m.to for m in mail.outbox] == [["ada@example.com"], ["nobody@example.com"]]
        assert "no account has it" in mail.outbox[1].body
