"""A later start finds the data, however the one before has ended."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.unit.demo.stand_in import StartDemo, demos_of, make_project, ready, starts
from tests.unit.demo.support import is_alive, wait_for


@pytest.fixture
def start(tmp_path: Path) -> Iterator[StartDemo]:
    with demos_of(make_project(tmp_path)) as start_demo:
        yield start_demo


class TestLaterStarts:
    def test_keep_the_data_and_move_the_webhooks_along(self, start: StartDemo) -> None:
        first = start()
        before = ready(first)
        children = first.children()
        assert len(children) == 6
        assert first.end() == 0
        assert not any(is_alive(pid) for pid in children)
        stopped = first.output.partition("Stopping")[2].split()
        assert stopped == ["beat", "web", "worker", "stripe_sandbox", "valkey", "postgresql"]
        assert not (first.directory / "ready.json").exists()

        second = start()
        after = ready(second)
        assert after["database_url"] == before["database_url"]
        assert after["stripe_url"] == before["stripe_url"]
        assert starts(after) == 2
        registered = httpx.get(f"{after['stripe_url']}/", trust_env=False).json()
        assert registered == [f"{after['url']}/webhooks/stripe/"]

        orphans = second.children()
        second.process.kill()
        second.process.wait()
        assert starts(ready(start())) == 3
        wait_for(lambda: not any(is_alive(pid) for pid in orphans), "the orphans' end")
        assert not any(is_alive(pid) for pid in orphans)
