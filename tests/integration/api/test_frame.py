"""Scopes, limits, ETags, pages and fields: what the frame of an operation adds to each."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from accounts.gateways import rate_limits
from accounts.models import ApiKey, Membership, Organization
from accounts.services.api_keys import find_api_key, issue_api_key, note_use, rotate_api_key
from accounts.services.history import SYSTEM
from accounts.tenancy import organization_context
from tests.support.people import NOW, make_api_key, make_membership, make_organization

MEMBERS = "/api/v1/organizations/acme/members"


@pytest.fixture
def acme() -> Organization:
    return make_organization("acme")


def client(key: str, **headers: str) -> Client:
    return Client(headers={"Authorization": f"Bearer {key}", **headers})


def scoped(acme: Organization, *scopes: str) -> Client:
    with organization_context(acme.pk):
        key = issue_api_key(
            name="scoped", actor=SYSTEM, now=NOW, organization_id=acme.pk, scopes=scopes
        )[1]
    return client(key)


@pytest.mark.django_db
class TestScopes:
    def test_let_a_key_read_but_not_write(self, acme: Organization) -> None:
        api = scoped(acme, "people:read")
        assert api.get(MEMBERS).status_code == 200
        refused = api.post(MEMBERS, {"member": "x"}, content_type="application/json")
        assert refused.status_code == 403
        assert refused.json()["code"] == "scope_missing"
        assert "people:write" in refused.json()["title"]

    def test_to_write_include_reading_of_that_area_alone(self, acme: Organization) -> None:
        api = scoped(acme, "people:write")
        assert api.get(MEMBERS).status_code == 200
        assert api.get("/api/v1/organizations/acme/utilization").status_code == 403


@pytest.mark.django_db
class TestKeys:
    def test_live_on_beside_their_new_secret_for_the_overlap(self, acme: Organization) -> None:
        before = make_api_key(acme)
        with organization_context(acme.pk):
            row = ApiKey.objects.get()
        overlap = timedelta(hours=24)
        _row, after = rotate_api_key(
            api_key_id=row.pk, organization_id=acme.pk, overlap=overlap, actor=SYSTEM, now=NOW
        )
        just_before = NOW + overlap - timedelta(seconds=1)
        assert find_api_key(key=after, now=just_before) is not None
        assert find_api_key(key=before, now=just_before) is not None
        assert find_api_key(key=after, now=NOW + overlap) is not None
        assert find_api_key(key=before, now=NOW + overlap) is None

    def test_note_their_use_once_a_minute(self, acme: Organization) -> None:
        key = make_api_key(acme)

        def use(seconds: int) -> int:
            at = NOW + timedelta(seconds=seconds)
            found = find_api_key(key=key, now=at)
            assert found is not None
            with CaptureQueriesContext(connection) as queries:
                note_use(api_key=found, now=at)
            return sum("UPDATE" in query["sql"] for query in queries)

        # At 0 s, not at 59 s, again at 60 s.
        assert [use(0), use(59), use(60)] == [1, 0, 1]


@pytest.fixture
def limits(settings: Any) -> None:
    settings.API_RATE_LIMITS = {"key": 12, "organization": 20, "vendor": 100}
    rate_limits._Rest.until = 0.0


@pytest.mark.django_db
@pytest.mark.usefixtures("limits")
class TestLimits:
    def test_are_told_and_kept(self, acme: Organization) -> None:
        api = client(make_api_key(acme))
        first = api.get(MEMBERS)
        assert (first["RateLimit-Limit"], first["RateLimit-Remaining"]) == ("12", "11")
        assert first["RateLimit-Policy"] == "12;w=60"
        # 12 - 1 - 2 x 5 = 1 unit is left: a third write has to wait for 4 of 12 a minute, 20 s.
        for member in ("a", "b"):
            answer = api.post(MEMBERS, {"member": member}, content_type="application/json")
            assert answer.status_code == 201
        refused = api.post(MEMBERS, {"member": "c"}, content_type="application/json")
        assert refused.status_code == 429
        assert 15 <= int(refused["Retry-After"]) <= 20
        assert refused.json()["code"] == "throttled"
        assert api.get(MEMBERS).status_code == 200

    def test_hold_for_all_keys_of_an_organization(self, acme: Organization, settings: Any) -> None:
        settings.API_RATE_LIMITS = {"key": 100, "organization": 12, "vendor": 100}
        one, two = client(make_api_key(acme)), client(make_api_key(acme))
        for member in ("a", "b"):
            answer = one.post(MEMBERS, {"member": member}, content_type="application/json")
            assert answer.status_code == 201
        # 2 of the organization's 12 are left, though the second key has its 100: 15 s too few.
        refused = two.post(MEMBERS, {"member": "c"}, content_type="application/json")
        assert refused.status_code == 429
        assert refused["RateLimit-Limit"] == "12"

    def test_are_off_while_redis_is(self, acme: Organization) -> None:
        with override_settings(REDIS_URL="redis://127.0.0.1:1/0"):
            answer = client(make_api_key(acme)).get(MEMBERS)
        rate_limits._Rest.until = 0.0
        assert answer.status_code == 200
        assert not answer.has_header("RateLimit-Limit")


@pytest.mark.django_db
class TestConditions:
    def test_spare_an_answer_that_is_known(self, acme: Organization) -> None:
        api = client(make_api_key(acme))
        etag = api.get(MEMBERS)["ETag"]
        known = api.get(MEMBERS, headers={"If-None-Match": f'"x", W/{etag}'})
        assert (known.status_code, known.content) == (304, b"")
        make_membership(acme, external_id="ben")
        assert api.get(MEMBERS, headers={"If-None-Match": etag}).status_code == 200

    def test_refuse_a_change_of_what_was_not_seen(self, acme: Organization) -> None:
        make_membership(acme, external_id="ben", name="Ben")
        api = client(make_api_key(acme))
        ben = f"{MEMBERS}/ben"
        etag = api.get(ben)["ETag"]

        def rename(name: str, seen: str) -> Any:
            return api.patch(
                ben, {"name": name}, content_type="application/json", headers={"If-Match": seen}
            )

        changed = rename("Benno", etag)
        assert changed.status_code == 200
        stale = rename("Bernd", etag)
        assert stale.status_code == 412
        assert stale.json()["code"] == "precondition_failed"
        assert rename("Bernd", changed["ETag"]).status_code == 200


@pytest.mark.django_db
class TestPages:
    def test_show_every_row_once_though_all_share_a_moment(self, acme: Organization) -> None:
        with organization_context(acme.pk):
            Membership.objects.bulk_create(
                Membership(organization=acme, external_id=f"m{n}", created_at=NOW) for n in range(7)
            )
        api = client(make_api_key(acme))
        seen: list[str] = []
        address: str | None = f"{MEMBERS}?limit=3"
        pages = []
        while address:
            pages.append(page := api.get(address).json())
            seen += [row["member"] for row in page["results"]]
            address = page["next"]
        assert sorted(seen) == [f"m{n}" for n in range(7)]
        # 7 rows, 3 a page: 3 + 3 + 1. The way back leads to the same page.
        assert [len(page["results"]) for page in pages] == [3, 3, 1]
        assert api.get(pages[2]["previous"]).json()["results"] == pages[1]["results"]

    @pytest.mark.parametrize(
        "query",
        ["limit=0", "limit=201", "limit=x", "cursor=x", "cursor=WzBd", "cursor=WzAsIngiLCJ5Il0"],
    )
    def test_refuse_what_is_no_limit_or_cursor(self, acme: Organization, query: str) -> None:
        answer = client(make_api_key(acme)).get(f"{MEMBERS}?{query}")
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["field"] == query.partition("=")[0]

    def test_give_the_wanted_fields_alone(self, acme: Organization) -> None:
        make_membership(acme, external_id="ben")
        api = client(make_api_key(acme))
        assert api.get(f"{MEMBERS}?fields=member").json()["results"] == [{"member": "ben"}]
        unknown = api.get(f"{MEMBERS}?fields=member,shoe_size")
        assert unknown.status_code == 400
        assert unknown.json()["errors"][0]["field"] == "fields"
