"""One call: what comes back, what is made again, and what never is."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.models import Organization
from headroom_client import (
    ApiError,
    AsyncClient,
    Client,
    Conflict,
    InvalidRequest,
    NotAuthenticated,
    NotFound,
    RateLimited,
    Retries,
    ServerFault,
    TimedOut,
    UnexpectedAnswer,
    Unreachable,
    models,
)
from headroom_client._calls import Call
from headroom_client._retries import seconds_of
from tests.clients.conftest import Told
from tests.support.people import make_api_key, make_membership

FAST = Retries(attempts=3, first=0.001)
NO_PEOPLE = b'{"next": null, "previous": null, "results": []}'


class TestAnswers:
    def test_are_typed(self, client: Client, acme: Organization) -> None:
        read = client.organizations_read(acme.external_id)
        assert (read.external_id, read.slug) == (acme.external_id, acme.slug)

    def test_of_pages_are_walked_over(self, client: Client, acme: Organization) -> None:
        for number in range(5):
            make_membership(acme, external_id=f"u-{number}")
        found = list(client.iter_organization_members(acme.external_id, limit=2))
        assert {member.member for member in found} == {f"u-{number}" for number in range(5)}

    def test_that_were_read_are_what_a_change_is_meant_for(
        self, client: Client, acme: Organization
    ) -> None:
        wanted = models.PatchedChangedOrganization(time_zone="Europe/Berlin")
        with pytest.raises(ApiError) as unseen:
            client.organizations_change(acme.external_id, body=wanted, if_match=None)
        assert unseen.value.status == 428
        client.organizations_read(acme.external_id)
        changed = client.organizations_change(acme.external_id, body=wanted)
        assert changed.time_zone == "Europe/Berlin"
        with pytest.raises(ApiError) as past:
            client.organizations_change(acme.external_id, body=wanted, if_match='"past"')
        assert past.value.status == 412

    def test_that_were_read_without_blocking_are_what_a_change_is_meant_for(
        self, server_url: str, acme: Organization
    ) -> None:
        wanted = models.PatchedChangedOrganization(time_zone="Asia/Jakarta")

        async def changed(key: str) -> tuple[int, str, int]:
            async with AsyncClient(server_url, key) as client:
                with pytest.raises(ApiError) as unseen:
                    await client.organizations_change(acme.external_id, body=wanted, if_match=None)
                await client.organizations_read(acme.external_id)
                new = await client.organizations_change(acme.external_id, body=wanted)
                with pytest.raises(ApiError) as past:
                    await client.organizations_change(
                        acme.external_id, body=wanted, if_match='"past"'
                    )
                return unseen.value.status, new.time_zone, past.value.status

        assert asyncio.run(changed(make_api_key())) == (428, "Asia/Jakarta", 412)

    def test_come_without_blocking_too(self, server_url: str, acme: Organization) -> None:
        for number in range(3):
            make_membership(acme, external_id=f"u-{number}")

        async def everybody(key: str) -> int:
            async with AsyncClient(server_url, key) as client:
                pages = client.iter_organization_members(acme.external_id, limit=2)
                return len([member async for member in pages])

        assert asyncio.run(everybody(make_api_key())) == 3

    def test_of_a_later_server_may_have_more_fields(self, told: Told) -> None:
        told.answer(200, b'{"next": null, "previous": null, "results": [], "new": 1}')
        with Client(told.url, "hr_a_b") as client:
            assert client.organization_members("acme").results == []

    def test_of_another_form_are_said_to_be(self, told: Told) -> None:
        told.answer(200, b"<html>")
        with Client(told.url, "hr_a_b") as client, pytest.raises(UnexpectedAnswer):
            client.organization_members("acme")

    def test_a_name_with_a_slash_stays_one_part_of_the_path(self, told: Told) -> None:
        told.answer(200, NO_PEOPLE)
        with Client(told.url, "hr_a_b") as client:
            client.organization_members("a/../b")
        assert told.seen[0][1] == "/api/v1/organizations/a%2F..%2Fb/members"


class TestRefusals:
    def test_name_the_code_the_fields_and_the_request(
        self, client: Client, acme: Organization
    ) -> None:
        with pytest.raises(InvalidRequest) as caught:
            client.organization_members_create(acme.external_id, models.NewMember(member=""))
        assert caught.value.status == 400
        assert "member" in [error.field for error in caught.value.errors]
        assert caught.value.request_id

    def test_of_what_is_not_there(self, client: Client) -> None:
        with pytest.raises(NotFound) as caught:
            client.organizations_read("nobody-knows")
        assert caught.value.code == "not_found"

    def test_of_a_wrong_key(self, server_url: str, committed: None) -> None:
        with Client(server_url, "hr_000000000000_00") as client, pytest.raises(NotAuthenticated):
            client.organizations_list()

    def test_without_a_body_of_ours_keep_their_status(self, told: Told) -> None:
        told.answer(502, b"<html>Bad gateway</html>")
        with (
            Client(told.url, "hr_a_b", retries=FAST) as client,
            pytest.raises(ServerFault) as caught,
        ):
            client.organizations_list()
        assert (caught.value.status, caught.value.code) == (502, "http_502")


class TestRepeating:
    def test_a_read_is_made_again_until_it_works(self, told: Told) -> None:
        told.answer(0)
        told.answer(503)
        told.answer(200, NO_PEOPLE)
        with Client(told.url, "hr_a_b", retries=FAST) as client:
            assert client.organization_members("acme").results == []
        assert len(told.seen) == 3

    def test_a_write_with_a_key_is_made_again_with_the_same_key(self, told: Told) -> None:
        told.answer(0)
        told.answer(409, b'{"code": "in_flight"}', Retry_After="0")
        told.answer(409, b'{"code": "price_moved", "title": "Another price.", "status": 409}')
        with Client(told.url, "hr_a_b", retries=FAST) as client, pytest.raises(Conflict) as caught:
            client.purchase_seats("acme", models.PurchaseRequest(quote="q", total_minor=100))
        assert caught.value.code == "price_moved"
        keys = {headers["idempotency-key"] for _method, _path, headers, _body in told.seen}
        assert (len(told.seen), len(keys)) == (3, 1)

    def test_a_write_of_which_nobody_knows_is_not(self, told: Told) -> None:
        told.answer(0)
        with Client(told.url, "hr_a_b", retries=FAST) as client, pytest.raises(Unreachable):
            client.call(_write())
        assert len(told.seen) == 1

    def test_a_write_that_was_not_even_looked_at_is(self, told: Told) -> None:
        told.answer(429, Retry_After="0")
        told.answer(200)
        with Client(told.url, "hr_a_b", retries=FAST) as client:
            client.call(_write())
        assert len(told.seen) == 2

    def test_ends_with_what_was_answered_last(self, told: Told) -> None:
        told.answer(429, b'{"code": "throttled"}', Retry_After="3600")
        with (
            Client(told.url, "hr_a_b", retries=FAST) as client,
            pytest.raises(RateLimited) as caught,
        ):
            client.organizations_list()
        assert (caught.value.retry_after, len(told.seen)) == (3600.0, 1)

    def test_nobody_there_is_unreachable(self) -> None:
        with (
            Client("http://127.0.0.1:9", "hr_a_b", retries=FAST) as client,
            pytest.raises(Unreachable) as caught,
        ):
            client.organizations_list()
        assert not isinstance(caught.value, TimedOut)


def _write() -> Call[dict[str, Any]]:
    """A write that takes no key."""
    return Call("POST", "/api/v1/organizations", dict[str, Any], body={})


class TestPauses:
    def test_grow_and_are_drawn(self) -> None:
        patience = Retries(attempts=5, first=1.0, longest=3.0)
        drawn = [patience.pause(attempt, draw=lambda: 0.5) for attempt in range(1, 6)]
        # Half of 1, 2, then the longest 3 twice; the fifth attempt was the last.
        assert drawn == [0.5, 1.0, 1.5, 1.5, None]

    def test_obey_the_server_and_come_a_little_later(self) -> None:
        assert Retries().pause(1, retry_after=10, draw=lambda: 1.0) == pytest.approx(11.0)

    def test_a_server_may_name_a_date(self) -> None:
        now = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
        assert seconds_of("Mon, 02 Nov 2026 09:00:07 GMT", now=now) == 7.0
        assert seconds_of("Mon, 02 Nov 2026 08:00:00 GMT", now=now) == 0.0
        assert seconds_of("soon", now=now + timedelta(1)) is None
