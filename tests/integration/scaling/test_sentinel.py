"""Cache and broker go on after the sentinels have made another server the master."""

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import redis
from celery import Celery
from django.core.cache.backends.redis import RedisCache

from config.celery import app as headroom
from config.redis import broker_options, broker_url, cache_settings, client
from demo.ports import LOOPBACK, any_free_port
from demo.services import valkey_program
from tests.support.waiting import wait_until

PASSWORD = "a word"


@dataclass
class Trio:
    """Two servers, one following the other, and the sentinel that watches them."""

    directory: Path
    stack: ExitStack
    processes: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    def run(self, *configuration: str, as_sentinel: bool = False) -> int:
        port = any_free_port()
        home = self.directory / str(port)
        home.mkdir()
        file = home / "conf"
        lines = [f"port {port}", f"bind {LOOPBACK}", f"dir {home}", *configuration]
        file.write_text("\n".join(lines) + "\n")
        process = self.stack.enter_context(
            subprocess.Popen(
                [valkey_program(None), file, *(["--sentinel"] if as_sentinel else [])],
                stdout=subprocess.DEVNULL,
            )
        )
        self.stack.callback(process.kill)
        self.processes.append(process)
        wait_until(lambda: _answers(port), "Valkey")
        return port


def _answers(port: int) -> bool:
    with redis.Redis(host=LOOPBACK, port=port) as server:
        try:
            return bool(server.ping())
        except redis.AuthenticationError:
            return True
        except redis.ConnectionError:
            return False


@pytest.fixture
def trio(tmp_path: Path) -> Iterator[tuple[Trio, str, int, int]]:
    """The three, their address, and the ports of the follower and the sentinel."""
    login = [f'requirepass "{PASSWORD}"', f'primaryauth "{PASSWORD}"', "repl-diskless-sync-delay 0"]
    with ExitStack() as stack:
        three = Trio(tmp_path, stack)
        first = three.run(*login, 'save ""')
        second = three.run(*login, 'save ""', f"replicaof {LOOPBACK} {first}")
        with redis.Redis(host=LOOPBACK, port=second, password=PASSWORD) as follower:
            wait_until(
                lambda: follower.info("replication")["master_link_status"] == "up", "replication"
            )
        sentinel = three.run(
            f"sentinel monitor headroom {LOOPBACK} {first} 1",
            f'sentinel auth-pass headroom "{PASSWORD}"',
            "sentinel down-after-milliseconds headroom 500",
            "sentinel failover-timeout headroom 2000",
            as_sentinel=True,
        )
        with redis.Redis(host=LOOPBACK, port=sentinel) as watching:
            wait_until(
                lambda: [
                    known
                    for known in watching.sentinel_slaves("headroom")
                    if known["master-link-status"] == "ok"
                ],
                "the sentinel",
            )
        yield (
            three,
            f"sentinel://:a%20word@{LOOPBACK}:{sentinel}/0?master=headroom",
            second,
            sentinel,
        )


class TestAFailover:
    def test_keeps_what_the_cache_and_the_queue_hold(
        self, trio: tuple[Trio, str, int, int]
    ) -> None:
        three, url, second, sentinel = trio
        settings = cache_settings(url)
        cache = RedisCache(settings["LOCATION"], {"OPTIONS": settings["OPTIONS"]})
        cache.set("before", 1)
        with Celery(broker=broker_url(url), set_as_current=False) as celery:
            celery.conf.broker_transport_options = broker_options(url)
            celery.send_task("work", task_id="before")
            with client(url) as server:
                assert server.llen("celery") == 1
                assert server.execute_command("WAIT", 1, 5000) == 1

            three.processes[0].kill()
            with redis.Redis(host=LOOPBACK, port=sentinel) as watching:
                wait_until(
                    lambda: watching.sentinel_get_master_addr_by_name("headroom")[1] == second,
                    "the failover",
                )

            # The same objects as before: nobody starts anew.
            cache.set("after", 2)
            assert cache.get_many(["before", "after"]) == {"before": 1, "after": 2}
            celery.send_task("work", task_id="after", retry=True)
            with client(url) as server:
                assert server.llen("celery") == 2
        # An app that was closed is not asked for the product's tasks.
        headroom.set_current()
        headroom.set_default()
