"""What answers tell browsers, judged as Mozilla's HTTP Observatory judges."""

import re
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.http import HttpResponseBase
from django.test import Client, override_settings

from config.settings import base
from tests.support.people import make_membership, make_organization, make_user

# As config/settings/prod.py sets them; that file needs a deployment's secrets to be imported.
PRODUCTION = {
    "SECURE_SSL_REDIRECT": True,
    "SECURE_HSTS_SECONDS": 31_536_000,
    "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
    "SECURE_HSTS_PRELOAD": True,
    "SESSION_COOKIE_SECURE": True,
    "CSRF_COOKIE_SECURE": True,
    "SESSION_COOKIE_NAME": "__Host-sessionid",
    "CSRF_COOKIE_NAME": "__Host-csrftoken",
}
HALF_A_YEAR = 15_768_000


def directives_of(answer: HttpResponseBase) -> dict[str, list[str]]:
    """Return the Content-Security-Policy by directive."""
    given = answer.headers.get("Content-Security-Policy", "")
    parts = [part.split() for part in given.split(";") if part.strip()]
    return {name: values for name, *values in parts}


def score_of(answer: HttpResponseBase) -> int:
    """Return the Observatory's score: 100, less for what is missing, more for what is strict.

    Its modifiers: CSP missing -25, unsafe-inline or unsafe-eval -20, default-src 'none' without
    either +10; HSTS missing -20, under half a year -10; nosniff missing -5;
    framing allowed -20, frame-ancestors +5; Referrer-Policy unsafe -5, private +5; CORP
    same-origin +10; cookies: insecure -20 for a session, +5 for Secure, HttpOnly and SameSite.
    """
    score, csp = 100, directives_of(answer)
    scripts = csp.get("script-src", csp.get("default-src", []))
    styles = csp.get("style-src", csp.get("default-src", []))
    if not csp:
        score -= 25
    elif {"'unsafe-inline'", "'unsafe-eval'", "data:", "*", "https:"} & {*scripts, *styles}:
        score -= 20
    elif csp.get("default-src") == ["'none'"]:
        score += 10
    sts = answer.headers.get("Strict-Transport-Security", "")
    age = re.search(r"max-age=(\d+)", sts)
    if age is None:
        score -= 20
    elif int(age[1]) < HALF_A_YEAR:
        score -= 10
    score -= 5 * (answer.headers.get("X-Content-Type-Options") != "nosniff")
    if csp.get("frame-ancestors") == ["'none'"]:
        score += 5
    elif answer.headers.get("X-Frame-Options") not in {"DENY", "SAMEORIGIN"}:
        score -= 20
    policy = answer.headers.get("Referrer-Policy", "")
    score += 5 if policy in {"no-referrer", "same-origin", "strict-origin"} else -5
    score += 10 * (answer.headers.get("Cross-Origin-Resource-Policy") == "same-origin")
    cookies = list(answer.cookies.values())
    strict = [each["secure"] and each["httponly"] and each["samesite"] for each in cookies]
    if any(not each["secure"] for each in cookies):
        score -= 20
    elif cookies and all(strict):
        score += 5
    return score


def answers() -> Iterator[tuple[str, HttpResponseBase]]:
    """Yield one answer of each kind: public, signed in, API, static, errors, a file."""
    ada = make_user("ada")
    make_membership(make_organization(), user=ada, role="owner")
    stranger, owner = Client(), Client()
    owner.force_login(ada)
    for client, address, status in (
        (stranger, "/accounts/login/", 200),
        (stranger, "/o/acme/settings/", 302),
        (stranger, "/nowhere/", 404),
        (stranger, "/api/v1/organizations", 401),
        (stranger, "/api/v1/schema/", 200),
        (owner, "/o/acme/settings/", 200),
        (owner, "/o/acme/settings/api-keys/", 200),
        (owner, "/vendor/today/", 404),
        (owner, "/o/acme/settings/history.csv", 200),
    ):
        answer = client.get(address, secure=True)
        assert answer.status_code in {status, 302}, (address, answer.status_code)
        yield address, answer


@pytest.mark.django_db
class TestHeaders:
    @override_settings(**PRODUCTION)
    def test_score_a_hundred_and_more_on_every_kind_of_answer(self) -> None:
        scores = {address: score_of(answer) for address, answer in answers()}
        # 100 + 10 default-src 'none' + 5 frame-ancestors + 5 referrer + 10 CORP, and 5 where
        # cookies are set.
        assert set(scores.values()) <= {130, 135}, scores

    @override_settings(**PRODUCTION)
    def test_keep_other_origins_windows_away(self) -> None:
        for address, answer in answers():
            assert answer["Cross-Origin-Opener-Policy"] == "same-origin", address

    @override_settings(**PRODUCTION)
    def test_let_no_other_origin_load_a_file_or_guess_its_type(self) -> None:
        answer = Client().get("/static/css/people.css", secure=True)
        assert answer.status_code == 200
        assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["X-Frame-Options"] == "DENY"
        assert "max-age=31536000" in answer["Strict-Transport-Security"]

    def test_name_production_as_it_is(self) -> None:
        prod = (settings.BASE_DIR / "config/settings/prod.py").read_text()
        for name in PRODUCTION.keys() - {"SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME"}:
            assert re.search(rf"^{name} = (True|31_536_000)$", prod, re.M), name
        assert base.CSRF_COOKIE_HTTPONLY
