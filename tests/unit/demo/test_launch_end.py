"""However a start ends, no process is left behind."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.demo.stand_in import StartDemo, demos_of, make_project
from tests.unit.demo.support import is_alive


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_project(tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="module")
def start(project: Path) -> Iterator[StartDemo]:
    with demos_of(project) as start_demo:
        yield start_demo


class TestEnd:
    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
    def test_an_interrupted_start_leaves_nothing(
        self, start: StartDemo, number: signal.Signals
    ) -> None:
        demo = start()
        demo.until("Stripe sandbox")
        children = demo.children()
        assert children
        assert demo.end(number) == 0
        assert not any(is_alive(pid) for pid in children)

    def test_a_process_that_dies_shows_its_last_words_and_ends_the_whole(
        self, start: StartDemo, project: Path
    ) -> None:
        (project / "config" / "asgi.py").write_text("raise SystemExit('the roof is on fire')")
        demo = start()
        assert demo.process.wait(60) == 1
        assert "web ended with exit code 1" in demo.output
        assert "the roof is on fire" in demo.output
        assert "  postgresql" in demo.output.partition("Stopping")[2]
