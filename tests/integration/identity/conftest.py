"""Ada, an admin of acme, who signs in as people do: over the sign-in page."""

import base64
import hashlib
import hmac
import struct
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from accounts.models import Organization, User
from accounts.services.history import SYSTEM
from identity.domain.rules import SignInRules
from identity.services.rules import change_rules
from tests.support.people import PASSWORD, make_membership, make_organization, make_user

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
LOGIN = "/accounts/login/"


@pytest.fixture
def acme() -> Organization:
    return make_organization()


@pytest.fixture
def ada(acme: Organization) -> User:
    user = make_user("ada")
    make_membership(acme, user=user, role="admin")
    return user


def sign_in(
    client: Client, *, email: str = "ada@example.com", password: str = PASSWORD, **extra: str
) -> HttpResponse:
    """Send the sign-in form; return the answer."""
    answer: HttpResponse = client.post(  # type: ignore[assignment]
        LOGIN, {"login": email, "password": password}, headers={"User-Agent": FIREFOX} | extra
    )
    return answer


def set_rules(organization: Organization, rules: SignInRules) -> None:
    change_rules(organization_id=organization.pk, rules=rules, actor=SYSTEM, now=timezone.now())


def code_of(secret: str, *, steps: int = 0) -> str:
    """Return what an authenticator app shows for `secret` (RFC 6238), `steps` of 30 s from now."""
    key = base64.b32decode(secret)
    counter = struct.pack(">Q", int(time.time()) // 30 + steps)
    digest = hmac.new(key, counter, hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at : at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


def give_app(user: User) -> str:
    """Set up an authenticator app for `user` without pages; return its secret."""
    secret: str = generate_totp_secret()
    TOTP.activate(user, secret)
    assert Authenticator.objects.filter(user=user, type="totp").exists()
    return secret
