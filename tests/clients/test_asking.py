"""May somebody come in: what is asked, what is remembered, and what holds without an answer."""

import asyncio

import msgspec
import pytest

from accounts.models import Organization
from headroom_client import AsyncClient, AsyncEntitlements, Client, Entitlements, NotFound, Policy
from headroom_client.entitlements import EntitlementMemory
from headroom_client.models import EntitlementAnswer
from tests.clients.conftest import Told
from tests.integration.usage.test_entitlements import give_pool, seat
from tests.support.people import make_api_key, make_membership

YES = EntitlementAnswer(allowed=True, reason="seat")
NO = EntitlementAnswer(allowed=False, reason="no_seat")
BEN = ("acme", "ben")


class TestMemory:
    def memory(self, **policy: object) -> tuple[EntitlementMemory, list[float]]:
        now = [1000.0]
        made = EntitlementMemory(Policy(**policy), clock=lambda: now[0])  # type: ignore[arg-type]
        return made, now

    def test_gives_a_yes_for_its_time_then_asks_beside_giving_it(self) -> None:
        memory, now = self.memory(yes_for=30, stale_for=600)
        memory.note(BEN, YES)
        seen = []
        for seconds in (29, 31, 629, 631):
            now[0] = 1000.0 + seconds
            found, must_ask = memory.find(BEN)
            seen.append((found is not None, must_ask))
        assert seen == [(True, False), (True, True), (True, True), (False, True)]

    def test_forgets_a_no_soon(self) -> None:
        memory, now = self.memory(no_for=2)
        memory.note(BEN, NO)
        now[0] += 3
        assert memory.find(BEN) == (None, True)

    def test_holds_so_many_people_and_no_more(self) -> None:
        memory, _now = self.memory(people=2)
        for name in ("ada", "ben", "dan"):
            memory.note(("acme", name), YES)
        assert memory.find(("acme", "ada"))[0] is None
        assert memory.find(("acme", "dan"))[0] is not None

    @pytest.mark.parametrize(("fail", "allowed"), [("open", True), ("closed", False)])
    def test_without_an_answer_the_policy_decides(self, fail: str, allowed: bool) -> None:
        memory, _now = self.memory(fail=fail)
        said = memory.without_answer(BEN)
        assert (said.allowed, said.reason, said.source) == (allowed, "unreachable", "fail_policy")

    def test_without_an_answer_the_last_one_holds_a_no_as_well(self) -> None:
        memory, now = self.memory(fail="open", no_for=2, stale_for=600)
        memory.note(BEN, NO)
        now[0] += 60
        assert not memory.without_answer(BEN).allowed


class TestAsking:
    def test_knows_who_has_a_seat_and_who_may_buy_one(
        self, client: Client, acme: Organization
    ) -> None:
        give_pool(acme, purchased_seats=1)
        seat(make_membership(acme, external_id="ben"))
        make_membership(acme, external_id="dan")
        ask = Entitlements(client)
        assert ask.check("ben", acme.external_id).allowed
        assert ask.check("ben", acme.external_id).source == "memory"
        refused = ask.check("dan", acme.external_id)
        assert (refused.allowed, refused.reason) == (False, "no_seat")
        assert refused.purchase_url is not None
        assert refused.purchase_url.endswith(f"/o/{acme.slug}/seats/add/")
        ask.close()

    def test_a_wrong_question_is_an_error_and_no_answer(self, client: Client) -> None:
        with pytest.raises(NotFound):
            Entitlements(client).check("ben", "nobody-knows")

    def test_a_wrong_key_locks_nobody_out(self, server_url: str, committed: None) -> None:
        with Client(server_url, "hr_000000000000_00") as client:
            assert Entitlements(client, Policy(fail="open")).check("ben", "acme").allowed

    def test_a_server_that_failed_is_left_alone(self, told: Told) -> None:
        told.answer(503)
        with Client(told.url, "hr_a_b") as client:
            ask = Entitlements(client, Policy(fail="closed"))
            assert [ask.check(name, "acme").allowed for name in ("ada", "ben")] == [False, False]
        assert len(told.seen) == 1

    def test_an_old_yes_is_given_at_once_and_asked_anew(self, told: Told) -> None:
        told.answer(200, msgspec.json.encode(YES))
        with Client(told.url, "hr_a_b") as client:
            ask = Entitlements(client, Policy(yes_for=0))
            ask.check("ben", "acme")
            assert ask.check("ben", "acme").source == "memory"
            assert ask._pool is not None
            ask._pool.shutdown(wait=True)
        assert len(told.seen) == 2

    def test_works_on_an_event_loop(self, server_url: str, acme: Organization) -> None:
        give_pool(acme, purchased_seats=1)
        seat(make_membership(acme, external_id="ben"))

        async def asked(key: str) -> list[str]:
            async with AsyncClient(server_url, key) as client:
                ask = AsyncEntitlements(client)
                return [(await ask.check("ben")).source for _ in range(2)]

        assert asyncio.run(asked(make_api_key(acme))) == ["server", "memory"]
