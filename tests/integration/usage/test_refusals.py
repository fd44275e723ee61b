"""Who is refused for want of a seat is noted, once a day and person."""

import asyncio
import os
from datetime import UTC, datetime
from typing import Any

import pytest
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from accounts.services.history import SYSTEM
from accounts.tenancy import organization_context
from seats.ingest.changes import ChangeFeed
from seats.ingest.entitlements import EntitlementDesk
from seats.ingest.refusals import RefusalNotes
from seats.models import SeatRefusal
from seats.services.seats import SeatLimitReached, assign_seat
from tests.integration.signals.world import World, day

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])


def noted(world: World) -> list[tuple[str, bool]]:
    with organization_context(world.id):
        rows = SeatRefusal.objects.select_related("membership").order_by("membership_id")
        return [(row.membership.external_id, row.at_sign_in) for row in rows]


class TestARefusedAssignment:
    def test_is_noted_once_a_day(self) -> None:
        world = World(seats=0)
        world.add_people(1, seated=False)
        for n in (1, 1, 2):
            with pytest.raises(SeatLimitReached):
                assign_seat(
                    organization_id=world.id,
                    membership_id=world.people[0].pk,
                    actor=SYSTEM,
                    now=day(n),
                )
        assert noted(world) == [("m0", False), ("m0", False)]  # two days


class TestARefusedSignIn:
    def test_is_noted_for_the_person_without_a_seat_alone(self) -> None:
        world = World(seats=1, people=1)
        world.add_people(1, seated=False)

        async def ask() -> None:
            pool: AsyncConnectionPool[AsyncConnection[Any]] = AsyncConnectionPool(
                os.environ["DATABASE_PIPELINE_URL"],
                min_size=1,
                kwargs={"autocommit": True},
                open=False,
            )
            await pool.open()
            notes = RefusalNotes(pool, clock=lambda: datetime(2026, 11, 2, tzinfo=UTC))
            url = os.environ["DATABASE_PIPELINE_URL"]
            desk = EntitlementDesk(pool, ChangeFeed(url), on_refused=notes.add)
            for member in ("m0", "m1", "m1", "nobody"):
                await desk.answer(
                    organization=world.organization.external_id,
                    member=member,
                    now=datetime.now(UTC),
                )
            await notes.write()
            notes.add(world.id, world.people[1].pk)  # written already today
            await notes.write()
            await desk.close()
            await pool.close()

        asyncio.run(ask())
        assert noted(world) == [("m1", True)]
