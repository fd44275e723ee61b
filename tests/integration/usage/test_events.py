"""Usage in, over HTTP, against a server process of its own."""

import gzip
import json
import socket
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from accounts.models import ApiKey, Organization
from accounts.services.api_keys import split_key
from accounts.tenancy import organization_context
from seats.models import UsageEvent
from tests.integration.usage.conftest import Client, event
from tests.support.people import make_api_key


def stored(organization: Organization) -> list[UsageEvent]:
    return list(UsageEvent.objects.using("pipeline").filter(organization=organization))


def only_rejection(answer: httpx.Response) -> tuple[str, str]:
    assert answer.status_code == 202, answer.text
    (rejection,) = answer.json()["rejected"]
    assert rejection["reason"].endswith(".")
    return rejection["field"], rejection["code"]


class TestReport:
    def test_keeps_every_field(self, product: Client, acme: Organization) -> None:
        answer = product.report(
            event(
                acme,
                id="e-1",
                at="2026-10-01T10:00:00.25+07:00",
                quantity=3,
                outcome={"kind": "minutes_saved", "value": 12.5},
                session_id="s",
                device_id="d",
                ip="2001:DB8::1",
                user_agent="Mozilla/5.0",
                geo={
                    "country": "id",
                    "city": "Jakarta",
                    "latitude": -6.2,
                    "longitude": 106.8,
                    "asn": 7713,
                    "network": "mobile",
                },
            )
        )
        assert answer.status_code == 202
        assert answer.json() == {"accepted": 1, "duplicates": 0, "rejected": []}
        (kept,) = stored(acme)
        assert kept.event_id == "e-1"
        assert kept.at == datetime(2026, 10, 1, 3, 0, 0, 250_000, tzinfo=UTC)
        assert (kept.member, kept.kind, kept.feature, kept.quantity) == (
            "ben",
            "feature",
            "editor",
            3,
        )
        assert (kept.outcome_kind, str(kept.outcome_value)) == ("minutes_saved", "12.5000")
        assert (kept.session_id, kept.device_id, kept.user_agent) == ("s", "d", "Mozilla/5.0")
        assert (kept.ip, kept.country, kept.city) == ("2001:db8::1", "ID", "Jakarta")
        assert (kept.latitude, kept.longitude, kept.asn, kept.network) == (
            -6.2,
            106.8,
            7713,
            "mobile",
        )

    def test_takes_an_address_whose_groups_lost_a_colon(
        self, product: Client, acme: Organization
    ) -> None:
        assert product.report(event(acme, ip="2001:db8:0:74c::e9b871a8")).json()["accepted"] == 1
        assert stored(acme)[0].ip == "2001:db8:0:74c::e9b8:71a8"

    def test_takes_a_sign_in_without_a_feature(self, product: Client, acme: Organization) -> None:
        sign_in = event(acme, kind="sign_in", feature=None)
        assert product.report(sign_in).json()["accepted"] == 1

    def test_of_nothing_is_nothing(self, product: Client) -> None:
        assert product.report().json() == {"accepted": 0, "duplicates": 0, "rejected": []}

    def test_counts_a_replayed_batch_as_duplicates(
        self, product: Client, acme: Organization
    ) -> None:
        batch = [event(acme) for _ in range(10)]
        assert product.report(*batch).json()["accepted"] == 10
        assert product.report(*reversed(batch)).json() == {
            "accepted": 0,
            "duplicates": 10,
            "rejected": [],
        }
        assert len(stored(acme)) == 10

    def test_counts_an_event_twice_in_one_batch_once(
        self, product: Client, acme: Organization
    ) -> None:
        twice = event(acme, at="2026-11-01T10:00:00Z")
        again = twice | {"at": "2026-11-01T11:00:00+01:00"}
        answer = product.report(twice, again).json()
        assert (answer["accepted"], answer["duplicates"]) == (1, 1)

    def test_keeps_equal_ids_of_two_organizations_apart(
        self, product: Client, acme: Organization, other: Organization
    ) -> None:
        first = event(acme)
        second = first | {"organization": other.external_id}
        assert product.report(first, second).json()["accepted"] == 2

    def test_takes_a_thousand_events(self, product: Client, acme: Organization) -> None:
        assert product.report(*[event(acme) for _ in range(1000)]).json()["accepted"] == 1000

    def test_refuses_a_thousand_and_one(self, product: Client, acme: Organization) -> None:
        answer = product.report(*[event(acme) for _ in range(1001)])
        assert (answer.status_code, answer.json()["code"]) == (400, "too_many_events")
        assert stored(acme) == []

    def test_takes_events_of_five_years(self, product: Client, acme: Organization) -> None:
        now = datetime.now(UTC)
        months = [event(acme, at=(now - timedelta(days=30 * n)).isoformat()) for n in range(60)]
        assert product.report(*months).json()["accepted"] == 60

    def test_unpacks_gzip(self, product: Client, acme: Organization) -> None:
        body = gzip.compress(json.dumps({"events": [event(acme)]}).encode())
        headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
        answer = product.post("/api/v1/events", content=body, headers=headers)
        assert answer.json()["accepted"] == 1

    def test_answers_at_the_address_with_a_slash_too(
        self, product: Client, acme: Organization
    ) -> None:
        answer = product.post("/api/v1/events/", json={"events": [event(acme)]})
        assert answer.status_code == 202


class TestKeys:
    def test_of_an_organization_need_not_name_it(
        self, acme_product: Client, acme: Organization
    ) -> None:
        assert acme_product.report(event(), event(acme)).json()["accepted"] == 2
        assert len(stored(acme)) == 2

    def test_of_an_organization_report_for_no_other(
        self, acme_product: Client, other: Organization
    ) -> None:
        answer = acme_product.report(event(other))
        assert only_rejection(answer) == ("organization", "other_organization")
        assert stored(other) == []

    def test_of_the_vendor_name_the_organization(self, product: Client) -> None:
        assert only_rejection(product.report(event())) == ("organization", "missing")

    @pytest.mark.parametrize("key", ["nonsense", "hr_0123456789ab_" + "0" * 64, "hr__", "hr_a!_b"])
    def test_that_nobody_issued_are_refused(self, server_url: str, key: str) -> None:
        answer = Client(server_url, key).report(event())
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert answer.headers["content-type"] == "application/problem+json"

    def test_with_a_wrong_secret_are_refused(self, product: Client) -> None:
        wrong = product.key[:-1] + ("0" if product.key[-1] != "0" else "1")
        assert Client(product.url, wrong).report().status_code == 401

    def test_that_were_revoked_are_refused(self, server_url: str, acme: Organization) -> None:
        key = make_api_key(acme)
        parts = split_key(key)
        assert parts is not None
        with organization_context(acme.pk):
            ApiKey.objects.filter(prefix=parts[0]).update(revoked_at=datetime.now(UTC))
        assert Client(server_url, key).report().status_code == 401

    def test_are_noted_as_used(self, acme_product: Client, acme: Organization) -> None:
        acme_product.report(event())
        used = ApiKey.objects.using("pipeline").get(organization=acme).last_used_at
        assert used is not None


BAD: list[tuple[dict[str, Any], str, str]] = [
    ({"id": ""}, "id", "empty"),
    ({"id": 7}, "id", "wrong_type"),
    ({"id": "x" * 201}, "id", "too_long"),
    ({"id": None}, "id", "wrong_type"),
    ({"member": "  "}, "member", "empty"),
    ({"member": ["ben"]}, "member", "wrong_type"),
    ({"member": "be\x00n"}, "member", "invalid_text"),
    ({"feature": "ed\x00itor"}, "feature", "invalid_text"),
    ({"kind": "click"}, "kind", "unknown_value"),
    ({"feature": None}, "feature", "missing"),
    ({"feature": ""}, "feature", "missing"),
    ({"at": "2026-11-01T10:00:00"}, "at", "time_zone_missing"),
    ({"at": "yesterday"}, "at", "invalid_time"),
    ({"at": 1_790_000_000}, "at", "wrong_type"),
    ({"at": "0001-01-01T00:00:00+14:00"}, "at", "too_old"),
    ({"at": "9999-12-31T23:59:59-14:00"}, "at", "in_future"),
    ({"quantity": -1}, "quantity", "out_of_range"),
    ({"quantity": 1.5}, "quantity", "wrong_type"),
    ({"quantity": 10**30}, "quantity", "out_of_range"),
    ({"outcome": {"kind": "x"}}, "outcome.value", "missing"),
    ({"outcome": {"kind": "x", "value": "3"}}, "outcome.value", "wrong_type"),
    ({"outcome": {"kind": "x", "value": 1e300}}, "outcome.value", "out_of_range"),
    ({"outcome": 3}, "outcome", "wrong_type"),
    ({"ip": "999.1.1.1"}, "ip", "invalid"),
    ({"ip": "fe80::1%eth0"}, "ip", "invalid"),
    ({"geo": {"network": "5g"}}, "geo.network", "unknown_value"),
    ({"geo": {"latitude": 91}}, "geo.latitude", "out_of_range"),
    ({"geo": {"country": "IDN"}}, "geo.country", "invalid"),
    ({"geo": {"planet": "Mars"}}, "geo.planet", "unknown_field"),
    ({"colour": "red"}, "colour", "unknown_field"),
    ({"organization": "nobody-knows"}, "organization", "unknown_organization"),
    ({"organization": "nu\x00l"}, "organization", "unknown_organization"),
]


class TestBadEvent:
    @pytest.mark.parametrize(("wrong", "field", "code"), BAD)
    def test_is_refused_by_itself(
        self, product: Client, acme: Organization, wrong: dict[str, Any], field: str, code: str
    ) -> None:
        answer = product.report(event(acme), event(acme) | wrong, event(acme))
        assert answer.status_code == 202, answer.text
        assert answer.json()["accepted"] == 2
        (rejection,) = answer.json()["rejected"]
        assert (rejection["index"], rejection["field"], rejection["code"]) == (1, field, code)

    @pytest.mark.parametrize("field", ["id", "member", "at", "kind", "organization"])
    def test_lacks_a_compulsory_field(
        self, product: Client, acme: Organization, field: str
    ) -> None:
        incomplete = event(acme)
        del incomplete[field]
        assert only_rejection(product.report(incomplete)) == (field, "missing")

    @pytest.mark.parametrize("wrong", [None, 1, "x", [], {}, True])
    def test_is_no_event_at_all(self, product: Client, acme: Organization, wrong: object) -> None:
        answer = product.report(wrong, event(acme)).json()
        assert answer["accepted"] == 1
        assert [r["index"] for r in answer["rejected"]] == [0]

    def test_in_the_future_is_refused_beyond_the_skew_of_clocks(
        self, product: Client, acme: Organization
    ) -> None:
        now = datetime.now(UTC)
        soon = event(acme, at=(now + timedelta(minutes=8)).isoformat())
        later = event(acme, at=(now + timedelta(minutes=12)).isoformat())
        assert product.report(soon).json()["accepted"] == 1
        assert only_rejection(product.report(later)) == ("at", "in_future")

    def test_in_broken_utf_8_is_refused_by_itself(
        self, product: Client, acme: Organization
    ) -> None:
        good = json.dumps(event(acme)).encode()
        broken = good.replace(b'"ben"', b'"b\xffn"')
        body = b'{"events": [' + broken + b"," + good + b"]}"
        answer = product.post(
            "/api/v1/events", content=body, headers={"Content-Type": "application/json"}
        ).json()
        assert (answer["accepted"], len(answer["rejected"])) == (1, 1)


class TestBadBody:
    @pytest.mark.parametrize(
        ("body", "code"),
        [
            (b"", "malformed_json"),
            (b"{", "malformed_json"),
            (b"\xff\xfe", "malformed_json"),
            (b"[" * 100_000, "invalid"),
            (b'{"events":' + b"[" * 100_000, "malformed_json"),
            (b'{"events":[{"id":' + b"[" * 50_000 + b"]" * 50_000 + b"}]}", "malformed_json"),
            (b"[]", "invalid"),
            (b"null", "invalid"),
            (b"{}", "invalid"),
            (b'{"events": {}}', "invalid"),
            (b'{"events": [], "more": 1}', "invalid"),
        ],
    )
    def test_is_a_bad_request(self, product: Client, body: bytes, code: str) -> None:
        answer = product.post(
            "/api/v1/events", content=body, headers={"Content-Type": "application/json"}
        )
        assert (answer.status_code, answer.json()["code"]) == (400, code)

    def test_of_another_type_is_refused(self, product: Client) -> None:
        answer = product.post("/api/v1/events", data={"events": "[]"})
        assert answer.status_code == 415

    def test_packed_in_another_way_is_refused(self, product: Client) -> None:
        headers = {"Content-Type": "application/json", "Content-Encoding": "br"}
        assert product.post("/api/v1/events", content=b"x", headers=headers).status_code == 415

    @pytest.mark.parametrize(
        "body",
        [b"not gzip", gzip.compress(b'{"events": []}')[:-9], gzip.compress(b"{}") + b"more"],
        ids=["no archive", "cut short", "with a rest"],
    )
    def test_that_is_no_whole_archive_is_refused(self, product: Client, body: bytes) -> None:
        headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
        answer = product.post("/api/v1/events", content=body, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (400, "malformed_gzip")

    def test_that_unpacks_to_too_much_is_refused(self, product: Client) -> None:
        bomb = gzip.compress(b" " * 200_000_000)
        headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
        answer = product.post("/api/v1/events", content=bomb, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


def raw_request(url: str, head: str, chunks: list[bytes]) -> bytes:
    """Send a request that no polite client would; return the first line of the answer."""
    address = urlsplit(url)
    assert address.hostname is not None
    with socket.create_connection((address.hostname, address.port or 80), timeout=20) as wire:
        wire.sendall(head.replace("\n", "\r\n").encode())
        try:
            for chunk in chunks:
                wire.sendall(chunk)
        except (BrokenPipeError, ConnectionResetError):
            pass
        return wire.recv(200).split(b"\r\n")[0]


class TestLimits:
    @pytest.mark.parametrize("path", ["/api/v1/events", "/accounts/login/"])
    def test_refuse_a_length_that_is_declared_too_large(self, product: Client, path: str) -> None:
        head = (
            f"POST {path} HTTP/1.1\nHost: 127.0.0.1\nContent-Type: application/json\n"
            f"Authorization: Bearer {product.key}\nContent-Length: 10000001\n\n"
        )
        assert b" 413 " in raw_request(product.url, head, [])

    @pytest.mark.parametrize("path", ["/api/v1/events", "/accounts/login/"])
    def test_count_a_body_in_chunks(self, product: Client, path: str) -> None:
        head = (
            f"POST {path} HTTP/1.1\nHost: 127.0.0.1\nContent-Type: application/json\n"
            f"Authorization: Bearer {product.key}\nTransfer-Encoding: chunked\n\n"
        )
        megabyte = b"100000\r\n" + b" " * 0x100000 + b"\r\n"
        assert b" 413 " in raw_request(product.url, head, [megabyte] * 10)

    def test_refuse_a_packed_body_for_a_page(self, product: Client) -> None:
        answer = product.post(
            "/accounts/login/", content=gzip.compress(b"x"), headers={"Content-Encoding": "gzip"}
        )
        assert answer.status_code == 415

    def test_refuse_a_forged_host(self, product: Client) -> None:
        for path in ("/api/v1/events", "/healthz"):
            answer = product.post(path, json={"events": []}, headers={"Host": "evil.example"})
            assert answer.status_code == 400

    @pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS", "HEAD", "PATCH"])
    def test_refuse_other_methods(self, server_url: str, method: str) -> None:
        answer = httpx.request(method, f"{server_url}/api/v1/events", trust_env=False)
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
