"""Many at once: one batch sent by several callers is counted once, and everyone is answered."""

import os
import random
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import psycopg
import pytest

from accounts.models import Organization
from accounts.tenancy import organization_context
from seats.models import UsageEvent
from tests.integration.usage.conftest import Client, event

CALLERS = 8


def stored_count(organization: Organization) -> int:
    return UsageEvent.objects.using("pipeline").filter(organization=organization).count()


class TestManyCallers:
    def test_with_the_same_batch_count_it_once(self, product: Client, acme: Organization) -> None:
        batch = [event(acme) for _ in range(300)]
        barrier = Barrier(CALLERS)

        def send(seed: int) -> tuple[int, int]:
            shuffled = random.Random(seed).sample(batch, len(batch))
            barrier.wait()
            answer = product.report(*shuffled)
            assert answer.status_code == 202, answer.text
            body = answer.json()
            return body["accepted"], body["duplicates"]

        with ThreadPoolExecutor(CALLERS) as pool:
            results = list(pool.map(send, range(CALLERS)))
        assert sum(accepted for accepted, _ in results) == 300
        assert sum(duplicates for _, duplicates in results) == 300 * (CALLERS - 1)
        assert stored_count(acme) == 300

    def test_with_overlapping_batches_lose_nothing(
        self, product: Client, acme: Organization
    ) -> None:
        events = [event(acme) for _ in range(400)]

        def send(start: int) -> int:
            part = events[start : start + 100]
            random.Random(start).shuffle(part)
            return int(product.report(*part).json()["accepted"])

        with ThreadPoolExecutor(CALLERS) as pool:
            accepted = sum(pool.map(send, range(0, 310, 10)))
        assert accepted == stored_count(acme) == 400

    def test_are_each_told_of_their_own_bad_events(
        self, product: Client, acme: Organization
    ) -> None:
        """Requests share a statement, but not their refusals and duplicates."""
        known = event(acme)
        product.report(known)

        def send(number: int) -> tuple[int, int, int]:
            bad = event(acme, id="") if number % 2 else event(acme)
            body = product.report(event(acme), known, bad).json()
            return body["accepted"], body["duplicates"], len(body["rejected"])

        with ThreadPoolExecutor(CALLERS) as pool:
            results = list(pool.map(send, range(40)))
        assert results == [(1, 1, 1) if n % 2 else (2, 1, 0) for n in range(40)]


class TestPartitions:
    @pytest.fixture
    def partitions(self, product: Client, acme: Organization) -> list[str]:
        product.report(event(acme))
        with psycopg.connect(os.environ["DATABASE_OWNER_URL"]) as connection:
            rows = connection.execute(
                "SELECT inhrelid::regclass::text FROM pg_inherits "
                "WHERE inhparent = 'seats_usageevent'::regclass"
            ).fetchall()
        return [name for (name,) in rows]

    @pytest.mark.parametrize("url", ["DATABASE_URL", "DATABASE_PIPELINE_URL"])
    def test_cannot_be_read_around_their_parent(self, partitions: list[str], url: str) -> None:
        assert len(partitions) >= 6
        with psycopg.connect(os.environ[url], autocommit=True) as connection:
            for name in partitions:
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(f"SELECT count(*) FROM {name}")  # noqa: S608

    def test_are_under_forced_row_security(self, partitions: list[str]) -> None:
        with psycopg.connect(os.environ["DATABASE_PIPELINE_URL"]) as connection:
            rows = connection.execute(
                "SELECT relrowsecurity AND relforcerowsecurity FROM pg_class "
                "WHERE relname = ANY(%s)",
                [partitions],
            ).fetchall()
        assert {secured for (secured,) in rows} == {True}

    def test_are_not_made_far_from_now(self) -> None:
        with psycopg.connect(os.environ["DATABASE_PIPELINE_URL"]) as connection:
            for month in ("1999-01-01", "2999-01-01"):
                with (
                    pytest.raises(psycopg.errors.DatetimeFieldOverflow),
                    connection.transaction(),
                ):
                    connection.execute("SELECT seats_make_usage_partition(%s)", [month])

    def test_cannot_be_made_by_the_app(self) -> None:
        with (
            psycopg.connect(os.environ["DATABASE_URL"]) as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute("SELECT seats_make_usage_partition(current_date)")


class TestRawEvents:
    def test_of_another_organization_are_invisible_to_the_app(
        self, product: Client, acme: Organization, other: Organization
    ) -> None:
        product.report(event(acme), event(other))
        assert not UsageEvent.objects.exists()
        with organization_context(acme.pk):
            assert {e.organization_id for e in UsageEvent.objects.all()} == {acme.pk}
