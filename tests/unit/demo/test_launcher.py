"""`make demo`: up step by step, data kept, nothing left behind."""

import json
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from demo.directory import DemoDirectory
from demo.environment import Kept, Seed, SignIn
from demo.launcher import chosen_port, farewell
from demo.ports import any_free_port
from tests.unit.demo.stand_in import RunningDemo, make_project
from tests.unit.demo.support import is_alive, wait_for

type Start = Callable[..., RunningDemo]


@contextmanager
def demos_of(project: Path) -> Iterator[Start]:
    """Starts demos; at the end each is stopped and its data removed."""
    demos: list[RunningDemo] = []

    def start_demo(**environment: str) -> RunningDemo:
        demos.append(RunningDemo(project, **{"PORT": str(any_free_port()), **environment}))
        return demos[-1]

    try:
        yield start_demo
    finally:
        for demo in demos:
            demo.end()
        for path in {demo.directory for demo in demos}:
            directory = DemoDirectory(path)
            directory.take(print)
            directory.clear()
            directory.release()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return make_project(tmp_path / "project")


@pytest.fixture
def start(project: Path) -> Iterator[Start]:
    with demos_of(project) as start_demo:
        yield start_demo


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDemo]:
    """One demo for all the tests that only look at it."""
    with demos_of(make_project(tmp_path_factory.mktemp("running"))) as start_demo:
        demo = start_demo()
        ready(demo)
        yield demo


def ready(demo: RunningDemo) -> dict[str, Any]:
    """What the ready file says, once there is one."""
    demo.until("ready http://")
    document: dict[str, Any] = json.loads((demo.directory / "ready.json").read_text())
    return document


def starts(document: dict[str, Any]) -> int:
    """How often the data set was loaded into the demo's database."""
    with psycopg.connect(document["database_url"]) as connection:
        row = connection.execute("SELECT count(*) FROM starts").fetchone()
    assert row is not None
    return int(row[0])


class TestStart:
    def test_ends_with_the_address_and_one_sign_in_per_role(self, running: RunningDemo) -> None:
        document = ready(running)
        assert running.output.strip().splitlines()[-1] == f"ready {document['url']}"
        assert httpx.get(f"{document['url']}/readyz", trust_env=False).text == "/readyz"
        assert "ada@lago.test" in running.output
        assert "fin@vendor.test" in running.output
        assert "cleo@nori.test" not in running.output

    def test_the_ready_file_tells_all_a_visitor_needs(self, running: RunningDemo) -> None:
        document = ready(running)
        assert document.keys() == {"url", "stripe_url", "database_url", "api_key", "sign_ins"}
        assert document["api_key"] == "hr_vendor"
        assert document["sign_ins"][0] == {
            "role": "admin",
            "email": "ada@lago.test",
            "password": "p1",
            "organization": "Lago",
        }
        assert starts(document) == 1

    def test_a_shell_gets_the_environment_of_the_running_demo(self, running: RunningDemo) -> None:
        env = running.directory / "env"
        printed = subprocess.run(
            ["sh", "-c", f". {env} && exec printenv BASE_URL STRIPE_WEBHOOK_SECRET"],
            check=True,
            capture_output=True,
            text=True,
        ).stdout.split()
        assert printed == [ready(running)["url"], "whsec_1"]

    def test_the_sandbox_delivers_webhooks_to_this_very_server(self, running: RunningDemo) -> None:
        document = ready(running)
        registered = httpx.get(f"{document['stripe_url']}/", trust_env=False).json()
        assert registered == [f"{document['url']}/webhooks/stripe/"]


class TestSeveral:
    def test_a_second_start_in_the_same_directory_is_refused(self, running: RunningDemo) -> None:
        url = ready(running)["url"]
        second = RunningDemo(running.project)
        assert second.process.wait(30) == 1
        assert "A demo is already running" in second.output
        assert url in second.output
        assert httpx.get(f"{url}/healthz", trust_env=False).status_code == 200

    def test_another_directory_runs_beside_it_on_another_port(
        self, running: RunningDemo, start: Start
    ) -> None:
        url = ready(running)["url"]
        port = url.rpartition(":")[2]
        beside = start(PORT=port)
        assert ready(beside)["url"] != url
        assert f"Port {port} is in use by another program" in beside.output


class TestSecondStart:
    def test_keeps_the_data_and_moves_the_webhooks_along(self, start: Start) -> None:
        first = start()
        before = ready(first)
        children = first.children()
        assert len(children) == 6
        assert first.end() == 0
        assert not any(is_alive(pid) for pid in children)
        stopped = first.output.partition("Stopping")[2].split()
        assert stopped == ["beat", "web", "worker", "stripe_sandbox", "valkey", "postgresql"]
        assert not (first.directory / "ready.json").exists()
        after = ready(start())
        assert after["database_url"] == before["database_url"]
        assert after["stripe_url"] == before["stripe_url"]
        assert starts(after) == 2
        registered = httpx.get(f"{after['stripe_url']}/", trust_env=False).json()
        assert registered == [f"{after['url']}/webhooks/stripe/"]

    def test_fresh_starts_anew(self, start: Start, project: Path) -> None:
        earlier = project / ".demo"
        (earlier / "mail").mkdir(parents=True)
        for name in ("launcher.lock", "kept.json", "seed.json", "mail/1.eml"):
            (earlier / name).write_text("of an earlier start")
        assert starts(ready(start(FRESH="1"))) == 1
        assert not (earlier / "mail").exists()
        assert Kept.load(earlier).webhook_id == "we_1"

    def test_works_after_a_kill_and_finds_no_process_of_the_first(self, start: Start) -> None:
        killed = start()
        ready(killed)
        children = killed.children()
        killed.process.kill()
        killed.process.wait()
        assert starts(ready(start())) == 2
        wait_for(lambda: not any(is_alive(pid) for pid in children), "the orphans' end")
        assert not any(is_alive(pid) for pid in children)


class TestEnd:
    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
    def test_an_interrupted_start_leaves_nothing(
        self, start: Start, number: signal.Signals
    ) -> None:
        demo = start()
        demo.until("Stripe sandbox")
        children = demo.children()
        assert children
        assert demo.end(number) == 0
        assert not any(is_alive(pid) for pid in children)

    def test_a_process_that_dies_shows_its_last_words_and_ends_the_whole(
        self, start: Start, project: Path
    ) -> None:
        (project / "config" / "asgi.py").write_text("raise SystemExit('the roof is on fire')")
        demo = start()
        assert demo.process.wait(60) == 1
        assert "web ended with exit code 1" in demo.output
        assert "the roof is on fire" in demo.output
        assert "  postgresql" in demo.output.partition("Stopping")[2]


class TestChosenPort:
    @pytest.mark.parametrize("text", ["http", "0", "80", "70000", "-1"])
    def test_refuses_what_is_no_port(self, text: str) -> None:
        with pytest.raises(ValueError, match="is not a port"):
            chosen_port(text)

    def test_takes_8000_when_none_is_named(self) -> None:
        assert chosen_port("") == 8000


class TestFarewell:
    def test_shows_the_first_sign_in_of_each_role(self) -> None:
        seed = Seed(
            api_key="hr_1",
            sign_ins=(
                SignIn("member", "ben@lago.test", "p1", "Lago"),
                SignIn("member", "dan@lago.test", "p2", "Lago"),
                SignIn("finance", "fin@vendor.test", "p3", None),
            ),
        )
        lines = farewell("http://127.0.0.1:8000", seed, 12.34).splitlines()
        assert lines[1:4] == [
            "  role     organization  e-mail           password",
            "  finance  -             fin@vendor.test  p3",
            "  member   Lago          ben@lago.test    p1",
        ]
        assert lines[-1] == "ready http://127.0.0.1:8000"
