"""Processes start in order, end in the reverse order, and never outlive their launcher."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from demo.interruption import StopRequested, stop_on_signals
from demo.process import ProcessFailed
from demo.supervisor import Supervisor, python
from tests.unit.demo.support import is_alive, run_python, wait_for

SLEEP = "import time; time.sleep(600)"
NOTE_THE_END = """
import signal, sys, time
def end(number, frame):
    open(sys.argv[1], "a").write(sys.argv[2] + "\\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
print("listening", flush=True)
time.sleep(600)
"""
LAUNCH_TWO = f"""
import sys, time
from pathlib import Path
from demo.supervisor import Supervisor, python
directory = Path(sys.argv[1])
supervisor = Supervisor(directory, logs=directory / "logs")
children = [supervisor.start(name, python("-c", {SLEEP!r}), {{}}) for name in ("one", "two")]
print(*(child.pid for child in children), flush=True)
time.sleep(600)
"""


@pytest.fixture
def supervisor(tmp_path: Path) -> Supervisor:
    return Supervisor(tmp_path, logs=tmp_path / "logs")


class TestStop:
    def test_stops_the_last_first(self, supervisor: Supervisor, tmp_path: Path) -> None:
        notes = tmp_path / "notes"
        for name in ("database", "web", "beat"):
            child = supervisor.start(name, python("-c", NOTE_THE_END, str(notes), name), {})
            wait_for(lambda child=child: "listening" in child.log.read_text(), name)  # type: ignore[misc]
        shown: list[str] = []
        supervisor.stop(shown.append)
        assert notes.read_text().split() == ["beat", "web", "database"]
        assert shown == ["beat", "web", "database"]

    def test_kills_a_process_that_does_not_listen(self, supervisor: Supervisor) -> None:
        deaf = "import signal, time; signal.signal(15, signal.SIG_IGN); print(1, flush=True); "
        child = supervisor.start("deaf", python("-c", deaf + "time.sleep(600)"), {})
        wait_for(lambda: "1" in child.log.read_text(), "the process to be deaf")
        child.stop(patience=0.2)
        assert child.exit_code() == -signal.SIGKILL

    def test_takes_the_children_of_a_child_along(self, supervisor: Supervisor) -> None:
        script = (
            "import subprocess, sys\n"
            f"child = subprocess.Popen([sys.executable, '-c', {SLEEP!r}])\n"
            "print(child.pid, flush=True)\n"
            "child.wait()"
        )
        child = supervisor.start("parent", python("-c", script), {})
        wait_for(lambda: child.log.read_text().strip().isdigit(), "the grandchild")
        grandchild = int(child.log.read_text())
        supervisor.stop(lambda name: None)
        wait_for(lambda: not is_alive(grandchild), "the grandchild's end")
        assert not is_alive(child.pid)


class TestStart:
    def test_a_request_to_stop_while_a_process_comes_up_does_not_lose_it(
        self, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        begun: list[int] = []

        class Interrupted(subprocess.Popen[bytes]):
            def __init__(self, *arguments: Any, **options: Any) -> None:
                super().__init__(*arguments, **options)
                begun.append(self.pid)
                os.kill(os.getpid(), signal.SIGTERM)

        monkeypatch.setattr("demo.process.subprocess.Popen", Interrupted)
        with stop_on_signals(), pytest.raises(StopRequested):
            supervisor.start("web", python("-c", SLEEP), {})
        assert is_alive(begun[0])
        supervisor.stop(lambda name: None)
        assert not is_alive(begun[0])


class TestKilledLauncher:
    @pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
    def test_leaves_no_process_behind(self, tmp_path: Path, number: signal.Signals) -> None:
        launcher = run_python(LAUNCH_TWO, str(tmp_path))
        assert launcher.stdout is not None
        children = [int(pid) for pid in launcher.stdout.readline().split()]
        assert len(children) == 2
        assert all(is_alive(pid) for pid in children)
        launcher.send_signal(number)
        launcher.wait()
        launcher.stdout.close()
        wait_for(lambda: not any(is_alive(pid) for pid in children), "the children's end")
        assert not any(is_alive(pid) for pid in children)


class TestCheck:
    def test_shows_the_last_words_of_a_process_that_died(self, supervisor: Supervisor) -> None:
        child = supervisor.start("web", python("-c", "raise SystemExit('no such table')"), {})
        wait_for(lambda: not child.is_running(), "the end of the process")
        with pytest.raises(ProcessFailed, match=r"web ended with exit code 1(?s:.*)no such table"):
            supervisor.check()

    def test_waiting_for_a_process_ends_when_the_process_does(self, supervisor: Supervisor) -> None:
        supervisor.start("web", python("-c", "raise SystemExit('port in use')"), {})
        with pytest.raises(ProcessFailed, match="port in use"):
            supervisor.wait_until(lambda: False, "The web server")

    def test_waiting_ends_when_the_time_is_over(self, supervisor: Supervisor) -> None:
        with pytest.raises(ProcessFailed, match="The web server did not answer within 0 seconds"):
            supervisor.wait_until(lambda: False, "The web server", within=0.01)


class TestRun:
    def test_hands_on_every_line(self, supervisor: Supervisor) -> None:
        script = (
            "import time; print('one', end='', flush=True); time.sleep(0.2); "
            "print(' line'); print('two')"
        )
        lines: list[str] = []
        supervisor.run("load", python("-c", script), dict(os.environ), lines.append)
        assert lines == ["one line", "two"]

    def test_a_command_that_fails_says_why(self, supervisor: Supervisor) -> None:
        with pytest.raises(ProcessFailed, match=r"migrate ended with exit code 3(?s:.*)locked"):
            supervisor.run("migrate", python("-c", "import sys; print('locked'); sys.exit(3)"), {})

    def test_a_finished_command_does_not_count_as_died(self, supervisor: Supervisor) -> None:
        supervisor.run("migrate", python("-c", "pass"), {})
        supervisor.check()
        shown: list[str] = []
        supervisor.stop(shown.append)
        assert shown == []


class TestInheritedFiles:
    def test_stay_open_as_long_as_the_process_runs(self, tmp_path: Path) -> None:
        reading, writing = os.pipe()
        supervisor = Supervisor(tmp_path, logs=tmp_path / "logs", inherited=(writing,))
        supervisor.start("holder", [sys.executable, "-c", SLEEP], {})
        os.close(writing)
        os.set_blocking(reading, False)
        with pytest.raises(BlockingIOError):
            os.read(reading, 1)
        supervisor.stop(lambda name: None)
        assert os.read(reading, 1) == b""
        os.close(reading)
