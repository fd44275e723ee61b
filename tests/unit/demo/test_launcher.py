"""`make demo`: up step by step, ready for visitors, beside other demos."""

import subprocess
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from demo.environment import Kept, Seed, SignIn
from demo.launcher import farewell
from tests.unit.demo.stand_in import RunningDemo, StartDemo, demos_of, make_project, ready, starts
from tests.unit.demo.support import is_alive, wait_for

LEFT_BEHIND = ("launcher.lock", "kept.json", "seed.json", "mail/1.eml")


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartDemo]:
    with demos_of(make_project(tmp_path_factory.mktemp("running"))) as start_demo:
        yield start_demo


@pytest.fixture(scope="module")
def running(start: StartDemo, tmp_path_factory: pytest.TempPathFactory) -> RunningDemo:
    """One demo for all the tests, started anew where an earlier one has left something."""
    earlier = tmp_path_factory.mktemp("demo")
    (earlier / "mail").mkdir()
    for name in LEFT_BEHIND:
        (earlier / name).write_text("{}")
    demo = start(FRESH="1", DEMO_DIR=str(earlier))
    ready(demo)
    return demo


@pytest.fixture(scope="module")
def before(running: RunningDemo) -> dict[str, Any]:
    """What its ready file said when it was up."""
    return ready(running)


class TestStart:
    def test_ends_with_the_address_and_one_sign_in_per_role(
        self, running: RunningDemo, before: dict[str, Any]
    ) -> None:
        document = before
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

    def test_fresh_removes_what_an_earlier_start_has_left(self, running: RunningDemo) -> None:
        assert starts(ready(running)) == 1
        assert not (running.directory / "mail" / "1.eml").exists()
        assert Kept.load(running.directory).webhook_id == "we_1"


class TestSeveral:
    def test_a_second_start_in_the_same_directory_is_refused(self, running: RunningDemo) -> None:
        url = ready(running)["url"]
        second = RunningDemo(running.project, DEMO_DIR=str(running.directory))
        assert second.process.wait(30) == 1
        assert "A demo is already running" in second.output
        assert url in second.output
        assert httpx.get(f"{url}/healthz", trust_env=False).status_code == 200

    def test_another_directory_runs_beside_it_on_another_port(
        self, running: RunningDemo, start: StartDemo
    ) -> None:
        url = ready(running)["url"]
        port = url.rpartition(":")[2]
        beside = start(PORT=port)
        assert ready(beside)["url"] != url
        assert f"Port {port} is in use by another program" in beside.output


class TestLaterStarts:
    """The rest of the demo's life; each start goes on where the one before has ended."""

    def test_stopping_ends_every_process_the_last_first(self, running: RunningDemo) -> None:
        children = running.children()
        assert len(children) == 6
        assert running.end() == 0
        assert not any(is_alive(pid) for pid in children)
        stopped = running.output.partition("Stopping")[2].split()
        assert stopped == ["beat", "web", "worker", "stripe_sandbox", "valkey", "postgresql"]
        assert not (running.directory / "ready.json").exists()

    def test_keep_the_data_and_move_the_webhooks_even_after_a_kill(
        self, running: RunningDemo, before: dict[str, Any], start: StartDemo
    ) -> None:
        assert running.process.poll() == 0
        again = start(DEMO_DIR=str(running.directory))
        after = ready(again)
        assert after["database_url"] == before["database_url"]
        assert after["stripe_url"] == before["stripe_url"]
        assert starts(after) == 2
        registered = httpx.get(f"{after['stripe_url']}/", trust_env=False).json()
        assert registered == [f"{after['url']}/webhooks/stripe/"]

        orphans = again.children()
        again.process.kill()
        again.process.wait()
        assert starts(ready(start(DEMO_DIR=str(running.directory)))) == 3
        wait_for(lambda: not any(is_alive(pid) for pid in orphans), "the orphans' end")
        assert not any(is_alive(pid) for pid in orphans)


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
