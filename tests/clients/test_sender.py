"""Usage reaches the server once, whatever dies in between."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from accounts.models import Organization
from accounts.tenancy import organization_context
from headroom_client import (
    AsyncClient,
    AsyncUsageSender,
    Client,
    Retries,
    Spool,
    SpoolFull,
    UsageSender,
)
from seats.models import UsageEvent
from tests.clients.conftest import Told
from tests.support.people import make_api_key

NEVER = 3600.0
DIES_AFTER_TRACKING = """
import os, signal, sys
from headroom_client import Client, Spool, UsageSender
sender = UsageSender(Client("http://127.0.0.1:9", "hr_a_b"), Spool(sys.argv[1]), every=3600)
for number in range(50):
    sender.track(member="ben", organization=sys.argv[2], feature=f"f-{number}")
os.kill(os.getpid(), signal.SIGKILL)
"""
WORKER = """
import sys
from headroom_client import Client, Spool, UsageSender
sender = UsageSender(Client(sys.argv[3], sys.argv[4]), Spool(sys.argv[1]), every=0.01)
for number in range(100):
    sender.track(member="ben", organization=sys.argv[2], feature="editor")
"""


def arrived(organization: Organization) -> list[str]:
    with organization_context(organization.pk):
        return list(UsageEvent.objects.values_list("feature", flat=True))


def run(code: str, *arguments: str) -> subprocess.Popen[bytes]:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen([sys.executable, "-c", code, *arguments], env=environment)


class TestSender:
    def test_sends_what_a_killed_process_left(
        self, client: Client, acme: Organization, spool: Spool
    ) -> None:
        killed = run(DIES_AFTER_TRACKING, str(spool.path), acme.external_id)
        assert killed.wait(30) == -signal.SIGKILL
        assert spool.figures().waiting == 50
        assert UsageSender(client, spool).flush()
        assert sorted(arrived(acme)) == sorted(f"f-{number}" for number in range(50))

    def test_may_run_in_several_processes_on_one_spool(
        self, server_url: str, client: Client, acme: Organization, spool: Spool
    ) -> None:
        key = make_api_key()
        workers = [
            run(WORKER, str(spool.path), acme.external_id, server_url, key) for _ in range(2)
        ]
        assert [worker.wait(60) for worker in workers] == [0, 0]
        UsageSender(client, spool).flush()
        assert len(arrived(acme)) == 200
        assert spool.figures().sent == 200

    def test_counts_once_what_was_sent_twice(
        self, client: Client, acme: Organization, spool: Spool
    ) -> None:
        sender = UsageSender(client, spool, every=NEVER)
        sender.track(member="ben", organization=acme.external_id, feature="editor")
        # The batch arrives, and its sender dies before it could let go of it.
        body = spool.lend("dies", most=10)[0].body
        spool.put([body])
        assert sender.flush() is False
        later = Spool(spool.path, clock=lambda: datetime.now(UTC).timestamp() + 120)
        assert UsageSender(client, later).flush()
        assert arrived(acme) == ["editor"]
        later.close()

    def test_puts_aside_what_is_refused_and_sends_the_rest(
        self, client: Client, acme: Organization, spool: Spool
    ) -> None:
        told: list[str] = []
        sender = UsageSender(
            client, spool, every=NEVER, on_refused=lambda all_: told.extend(r.code for r in all_)
        )
        sender.track(member="ben", organization="nobody-knows", feature="editor")
        sender.track(member="ben", organization=acme.external_id, feature="editor")
        assert sender.flush()
        assert [refused.code for refused in spool.refused()] == ["unknown_organization"] == told
        assert arrived(acme) == ["editor"]

    def test_halves_a_batch_that_is_refused_as_a_whole(
        self, client: Client, acme: Organization, spool: Spool
    ) -> None:
        sender = UsageSender(client, spool, every=NEVER)
        for number in range(3):
            sender.track(member="ben", organization=acme.external_id, feature=f"f-{number}")
        spool.put([b"not json at all"])
        assert sender.flush()
        assert len(arrived(acme)) == 3
        assert [refused.code for refused in spool.refused()] == ["malformed_json"]

    def test_keeps_everything_while_the_key_is_wrong(self, server_url: str, spool: Spool) -> None:
        with Client(server_url, "hr_000000000000_00") as client:
            sender = UsageSender(client, spool, every=NEVER)
            sender.track(member="ben", organization="acme", feature="editor")
            assert not sender.flush(timeout=0.05)
        assert spool.figures().waiting == 1

    def test_waits_as_long_as_the_server_says(self, told: Told, spool: Spool) -> None:
        told.answer(429, Retry_After="60")
        with Client(told.url, "hr_a_b", retries=Retries()) as client:
            sender = UsageSender(client, spool, every=NEVER)
            sender.track(member="ben", feature="editor")
            assert not sender.flush(timeout=0.2)
        assert len(told.seen) == 1

    def test_works_on_an_event_loop(
        self, server_url: str, acme: Organization, spool: Spool
    ) -> None:
        async def track(key: str) -> int:
            async with (
                AsyncClient(server_url, key) as client,
                AsyncUsageSender(client, spool, every=NEVER) as sender,
            ):
                for number in range(5):
                    await sender.track(member="ben", feature=f"f-{number}")
                assert await sender.flush()
                return (await sender.figures()).sent

        assert asyncio.run(track(make_api_key(acme))) == 5
        assert len(arrived(acme)) == 5

    @pytest.mark.parametrize("fields", [{"feature": None}, {"at": datetime(2026, 11, 2)}])  # noqa: DTZ001
    def test_says_at_once_what_is_no_event(
        self, spool: Spool, told: Told, fields: dict[str, object]
    ) -> None:
        with Client(told.url, "hr_a_b") as client, pytest.raises(ValueError, match="event"):
            UsageSender(client, spool).track(member="ben", **({"feature": "x"} | fields))  # type: ignore[arg-type]


class TestSpool:
    def test_drops_the_new_when_it_is_full_and_counts_them(self, tmp_path: Path) -> None:
        spool = Spool(tmp_path / "spool", limit=2)
        assert spool.put([b"1", b"2", b"3"]) == 1
        assert [lent.body for lent in spool.lend("me", most=9)] == [b"1", b"2"]
        assert (spool.figures().waiting, spool.figures().dropped) == (2, 1)

    def test_drops_the_oldest_if_told_to(self, tmp_path: Path) -> None:
        spool = Spool(tmp_path / "spool", limit=2, when_full="drop_oldest")
        spool.put([b"1", b"2"])
        assert spool.put([b"3"]) == 1
        assert [lent.body for lent in spool.lend("me", most=9)] == [b"2", b"3"]

    def test_refuses_if_told_to_and_keeps_what_it_has(self, tmp_path: Path) -> None:
        spool = Spool(tmp_path / "spool", limit=1, when_full="raise")
        spool.put([b"1"])
        with pytest.raises(SpoolFull):
            spool.put([b"2"])
        assert spool.figures().waiting == 1

    def test_lends_an_event_to_one_and_after_a_while_to_another(self, tmp_path: Path) -> None:
        now = [1000.0]
        spool = Spool(tmp_path / "spool", clock=lambda: now[0])
        spool.put([b"1"])
        assert spool.lend("a", most=1)
        assert not spool.lend("b", most=1)
        now[0] += 61
        assert spool.lend("b", most=1)

    def test_is_nobody_elses_to_read(self, spool: Spool) -> None:
        spool.put([b"1"])
        assert spool.path.stat().st_mode & 0o077 == 0

    def test_holds_what_threads_put_at_once(self, spool: Spool) -> None:
        def put() -> None:
            for _ in range(50):
                spool.put([b"1"])

        threads = [threading.Thread(target=put) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert spool.figures().waiting == 200

    # A server that forks its workers has threads of others too.
    @pytest.mark.filterwarnings("ignore:.*use of fork")
    def test_goes_on_in_a_forked_process(self, spool: Spool) -> None:
        spool.put([b"1"])
        child = os.fork()
        if child == 0:
            try:
                spool.put([b"2"])
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        spool.put([b"3"])
        assert [lent.body for lent in spool.lend("me", most=9)] == [b"1", b"2", b"3"]
