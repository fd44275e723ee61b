"""What a page may do with a token, and that it may do nothing else."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from accounts.models import ApiKey, Organization
from accounts.services.api_keys import issue_api_key, revoke_api_key
from accounts.services.history import SYSTEM
from accounts.tenancy import organization_context
from headroom_client import Client, NotAllowed, NotFound, models
from seats.ingest.browser_tokens import BadToken, Grant, TokenSigner
from seats.models import UsageEvent
from tests.integration.usage.conftest import HTTP
from tests.support.waiting import wait_until

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
SIGNER = TokenSigner.of("server")
GRANT = Grant("abc", 7, "acme", "bén", int(NOW.timestamp()) + 60)


class TestToken:
    def test_says_what_it_was_made_for(self) -> None:
        assert SIGNER.read(SIGNER.sign(GRANT), now=NOW) == GRANT

    @pytest.mark.parametrize(
        ("token", "now", "code"),
        [
            (SIGNER.sign(GRANT), NOW + timedelta(seconds=60), "token_expired"),
            (TokenSigner.of("other").sign(GRANT), NOW, "token_invalid"),
            (SIGNER.sign(GRANT).replace(".", "A."), NOW, "token_invalid"),
            (SIGNER.sign(GRANT).partition(".")[0], NOW, "token_invalid"),
            ("hr_a_b", NOW, "token_invalid"),
            ("hbt_é.é", NOW, "token_invalid"),
            ("", NOW, "token_invalid"),
        ],
    )
    def test_is_refused_otherwise(self, token: str, now: datetime, code: str) -> None:
        with pytest.raises(BadToken) as caught:
            SIGNER.read(token, now=now)
        assert caught.value.code == code


@pytest.fixture
def token(acme_client: Client) -> str:
    return acme_client.browser_token(models.TokenQuestion(member="ben")).token


@pytest.fixture
def page(server_url: str, other_origin: str) -> "Page":
    return Page(server_url, other_origin)


class Page:
    """A page of another origin, as its browser sends for it."""

    def __init__(self, url: str, origin: str) -> None:
        self.url = f"{url}/api/v1/browser/events"
        self.origin = origin

    def report(self, token: str, *events: Any, origin: str | None = None) -> httpx.Response:
        return HTTP.post(
            self.url,
            json={"token": token, "events": list(events)},
            headers={"Origin": origin or self.origin, "Content-Type": "text/plain;charset=UTF-8"},
        )


def use(feature: str = "editor", **fields: Any) -> dict[str, Any]:
    now = datetime.now(UTC)
    return {"id": f"e-{feature}", "at": now.isoformat(), "feature": feature} | fields


class TestPage:
    def test_reports_in_the_tokens_name(self, page: Page, token: str, acme: Organization) -> None:
        events = [use(), use("export", quantity=3)]
        answer = page.report(token, *events)
        assert (answer.status_code, answer.json()["accepted"]) == (202, 2)
        assert page.report(token, *events).json()["duplicates"] == 2
        with organization_context(acme.pk):
            rows = set(UsageEvent.objects.values_list("member", "feature", "quantity", "kind"))
        assert rows == {("ben", "editor", 1, "feature"), ("ben", "export", 3, "feature")}

    def test_is_answered_for_its_origin_alone(self, page: Page, token: str) -> None:
        answer = page.report(token, use())
        assert answer.headers["access-control-allow-origin"] == page.origin
        assert "access-control-allow-credentials" not in answer.headers
        refused = page.report(token, use(), origin="https://evil.example")
        assert (refused.status_code, refused.json()["code"]) == (403, "origin_not_allowed")
        assert "access-control-allow-origin" not in refused.headers

    def test_may_ask_before(self, page: Page) -> None:
        asked = {"Access-Control-Request-Method": "POST"}
        answer = HTTP.options(page.url, headers={"Origin": page.origin} | asked)
        assert (answer.status_code, answer.headers["access-control-allow-methods"]) == (204, "POST")

    def test_names_neither_organization_nor_person(self, page: Page, token: str) -> None:
        rejected = page.report(token, use(member="ada"), use(organization="other")).json()
        assert [each["code"] for each in rejected["rejected"]] == ["unknown_field"] * 2

    def test_reports_the_last_week(self, page: Page, token: str) -> None:
        old = datetime.now(UTC) - timedelta(days=8)
        answer = page.report(token, use(at=old.isoformat()), use("now")).json()
        assert [each["code"] for each in answer["rejected"]] == ["too_old"]
        assert answer["accepted"] == 1

    def test_may_not_report_more_than_a_person_does(self, page: Page, token: str) -> None:
        hundred = [use(f"f-{number}") for number in range(100)]
        statuses = [page.report(token, *hundred).status_code for _ in range(4)]
        assert statuses == [202, 202, 202, 429]

    def test_holds_a_token_that_opens_nothing_else(self, server_url: str, token: str) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        for method, path in (
            ("GET", "organizations"),
            ("POST", "events"),
            ("POST", "entitlements/check"),
            ("POST", "browser/tokens"),
        ):
            answer = HTTP.request(method, f"{server_url}/api/v1/{path}", headers=headers, json={})
            assert answer.status_code == 401, path

    def test_loses_its_token_with_the_key(
        self, page: Page, acme_client: Client, token: str, acme: Organization
    ) -> None:
        assert page.report(token, use()).status_code == 202
        with organization_context(acme.pk):
            key = ApiKey.objects.get()
        revoke_api_key(
            organization_id=acme.pk, api_key_id=key.pk, actor=SYSTEM, now=datetime.now(UTC)
        )
        wait_until(lambda: page.report(token, use()).status_code == 401, "the key to be forgotten")

    @pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"\xff", b'{"token": 1, "events": []}'])
    def test_is_told_when_it_sends_nonsense(self, page: Page, body: bytes) -> None:
        answer = HTTP.post(page.url, content=body, headers={"Origin": page.origin})
        assert answer.status_code == 400


class TestMint:
    def test_is_for_the_keys_own_organization(
        self, acme_client: Client, other: Organization
    ) -> None:
        with pytest.raises(NotFound):
            acme_client.browser_token(
                models.TokenQuestion(member="ben", organization=other.external_id)
            )

    def test_is_for_keys_that_may_report(self, server_url: str, acme: Organization) -> None:
        with organization_context(acme.pk):
            _row, key = issue_api_key(
                name="sign-in",
                actor=SYSTEM,
                now=datetime.now(UTC),
                organization_id=acme.pk,
                scopes=["entitlements:read"],
            )
        with Client(server_url, key) as narrow, pytest.raises(NotAllowed) as caught:
            narrow.browser_token(models.TokenQuestion(member="ben"))
        assert caught.value.code == "scope_missing"

    def test_ends_when_asked_to(self, client: Client, acme: Organization) -> None:
        answer = client.browser_token(
            models.TokenQuestion(member="ben", organization=acme.external_id, expires_in=60)
        )
        left = answer.expires_at - datetime.now(UTC)
        assert timedelta(seconds=30) < left <= timedelta(seconds=60)
