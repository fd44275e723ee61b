"""What the entitlement check remembers, and what makes it look again."""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from asgiref.sync import sync_to_async
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from accounts.models import Membership, Organization
from accounts.services.history import SYSTEM
from accounts.tenancy import organization_context
from seats.ingest.changes import ChangeFeed
from seats.ingest.entitlements import FRESH_FOR, EntitlementDesk
from seats.models import SeatPool
from seats.services.changes import KEPT_FOR, forget_changes
from seats.services.seats import assign_seat, release_seat
from tests.support.people import make_membership

NOW = datetime.now(UTC)
type Ask = Callable[[str], Awaitable[str]]


def with_desk[T](
    organization: Organization,
    story: Callable[[Ask, EntitlementDesk], Awaitable[T]],
    **options: Any,
) -> T:
    """Tell a story with a desk of its own: `ask` returns the reason for a member by external id."""

    async def run() -> T:
        url = os.environ["DATABASE_PIPELINE_URL"]
        pool: AsyncConnectionPool[AsyncConnection[Any]] = AsyncConnectionPool(
            url, min_size=1, kwargs={"autocommit": True}, open=False
        )
        async with pool:
            desk = EntitlementDesk(pool, ChangeFeed(url), **options)

            async def ask(member: str) -> str:
                await asyncio.sleep(FRESH_FOR)
                answer = await desk.answer(
                    organization=organization.external_id, member=member, now=NOW
                )
                reason: str = json.loads(answer)["reason"]
                return reason

            try:
                return await story(ask, desk)
            finally:
                await desk.close()

    return asyncio.run(run())


@pytest.fixture
def ben(acme: Organization) -> Membership:
    with organization_context(acme.pk):
        SeatPool.objects.create(organization=acme, purchased_seats=2)
    return make_membership(acme, external_id="ben", email="ben@example.com")


def sit(person: Membership) -> None:
    assign_seat(
        organization_id=person.organization_id, membership_id=person.pk, actor=SYSTEM, now=NOW
    )


def change(person: Membership, **fields: Any) -> None:
    with organization_context(person.organization_id):
        Membership.objects.filter(pk=person.pk).update(**fields)


class TestMemory:
    def test_follows_every_change_of_a_person_and_their_seat(self, ben: Membership) -> None:
        def stand_up() -> None:
            release_seat(
                organization_id=ben.organization_id, membership_id=ben.pk, actor=SYSTEM, now=NOW
            )

        def sell_no_seat() -> None:
            with organization_context(ben.organization_id):
                SeatPool.objects.update(purchased_seats=0)

        async def story(ask: Ask, _desk: EntitlementDesk) -> list[tuple[str, str]]:
            told = []
            for happens in (
                lambda: None,
                lambda: sit(ben),
                stand_up,
                lambda: change(ben, state="deactivated", deactivated_at=NOW),
                lambda: change(ben, state="active", deactivated_at=None, external_id="benjamin"),
                sell_no_seat,
            ):
                await sync_to_async(happens)()
                told.append((await ask("ben"), await ask("ben@example.com")))
            return told

        assert with_desk(ben.organization, story) == [
            ("no_seat", "no_seat"),
            ("seat", "seat"),
            ("no_seat", "no_seat"),
            ("deactivated", "deactivated"),
            ("unknown_member", "no_seat"),
            ("unknown_member", "no_subscription"),
        ]

    def test_sees_a_change_that_was_begun_before_a_look_and_committed_after_it(
        self, ben: Membership
    ) -> None:
        def begun() -> psycopg.Connection[Any]:
            connection = psycopg.connect(os.environ["DATABASE_URL"])
            connection.execute(f"SET app.organization_id = '{ben.organization_id}'")
            connection.execute(
                "UPDATE accounts_membership SET state = 'deactivated', deactivated_at = now()"
                " WHERE external_id = 'ben'"
            )
            return connection

        async def story(ask: Ask, _desk: EntitlementDesk) -> list[str]:
            told = [await ask("ben")]
            with await sync_to_async(begun)() as connection:
                told.append(await ask("ben"))
                await sync_to_async(make_membership)(ben.organization, external_id="dan")
                told.append(await ask("ben"))
                connection.commit()
            told.append(await ask("ben"))
            return told

        assert with_desk(ben.organization, story) == ["no_seat"] * 3 + ["deactivated"]

    def test_does_not_survive_the_connection_that_looks(self, ben: Membership) -> None:
        async def story(ask: Ask, desk: EntitlementDesk) -> tuple[str, int, str]:
            before = await ask("ben")
            connection = desk._feed._connection
            assert connection is not None
            await connection.close()
            with pytest.raises(psycopg.OperationalError):
                await ask("ben")
            return before, desk.people_remembered, await ask("ben")

        assert with_desk(ben.organization, story) == ("no_seat", 0, "no_seat")

    def test_is_bounded(self, ben: Membership) -> None:
        async def story(ask: Ask, desk: EntitlementDesk) -> int:
            for number in range(25):
                await ask(f"stranger-{number}")
            return desk.people_remembered

        assert with_desk(ben.organization, story, remembered=10) <= 10

    def test_keeps_nothing_that_changed_while_it_was_read(self, ben: Membership) -> None:
        async def story(ask: Ask, desk: EntitlementDesk) -> tuple[list[str], str]:
            read = desk._facts_of

            async def slowly(group: Any) -> Any:
                rows = await read(group)
                await sync_to_async(sit)(ben)
                # A stranger's question looks, and learns of the change before the read ends.
                desk._facts_of = read  # type: ignore[method-assign]
                await ask("stranger")
                return rows

            desk._facts_of = slowly  # type: ignore[method-assign]
            return [await ask("ben")], await ask("ben")

        assert with_desk(ben.organization, story) == (["no_seat"], "seat")


class TestForgetting:
    def test_keeps_what_was_written_since_the_last_run(self, ben: Membership) -> None:
        assert forget_changes(now=NOW) == 0
        assert forget_changes(now=NOW + KEPT_FOR) > 0
        sit(ben)
        assert forget_changes(now=NOW + KEPT_FOR + timedelta(seconds=1)) == 0
        assert forget_changes(now=NOW + 2 * KEPT_FOR) == 0
        assert forget_changes(now=NOW + 3 * KEPT_FOR) > 0
