"""One launcher at a time uses a demo's directory."""

import os
from pathlib import Path

import pytest

from demo.directory import DemoDirectory, DirectoryInUse, ForeignDirectory
from demo.supervisor import Supervisor, python


class TestTake:
    def test_a_second_launcher_is_told_who_runs(self, tmp_path: Path) -> None:
        first = DemoDirectory(tmp_path / "demo")
        first.take(print)
        first.describe("http://127.0.0.1:8000, process 4711")
        second = DemoDirectory(tmp_path / "demo")
        with pytest.raises(
            DirectoryInUse, match=r"already running(?s:.*)http://127\.0\.0\.1:8000, process 4711"
        ):
            second.take(print)
        second.release()
        first.release()

    def test_demos_in_two_directories_do_not_meet(self, tmp_path: Path) -> None:
        one, other = DemoDirectory(tmp_path / "one"), DemoDirectory(tmp_path / "other")
        one.take(print)
        other.take(print)
        assert one.family_lock != other.family_lock
        one.release()
        other.release()

    def test_waits_for_the_processes_of_a_launcher_that_was_killed(self, tmp_path: Path) -> None:
        killed = DemoDirectory(tmp_path / "demo")
        killed.take(print)
        supervisor = Supervisor(tmp_path, logs=tmp_path, inherited=(killed.family_lock,))
        supervisor.start("slow to end", python("-c", "import time; time.sleep(0.5)"), {})
        killed.release()
        said: list[str] = []
        heir = DemoDirectory(tmp_path / "demo")
        heir.take(said.append)
        assert said == ["Waiting for the processes of an earlier start to end"]
        heir.release()
        supervisor.stop(lambda name: None)

    def test_refuses_a_directory_that_holds_something_else(self, tmp_path: Path) -> None:
        (tmp_path / "thesis.txt").write_text("years of work")
        with pytest.raises(ForeignDirectory, match="was not made by a demo"):
            DemoDirectory(tmp_path).take(print)
        assert os.listdir(tmp_path) == ["thesis.txt"]


class TestClear:
    def test_removes_what_earlier_starts_left_and_keeps_the_directory(self, tmp_path: Path) -> None:
        directory = DemoDirectory(tmp_path / "demo")
        directory.take(print)
        (directory.path / "mail").mkdir()
        (directory.path / "mail" / "1.eml").write_text("hello")
        (directory.path / "kept.json").write_text("{}")
        directory.clear()
        assert sorted(path.name for path in directory.path.iterdir()) == [
            "launcher.lock",
            "processes.lock",
        ]
        with pytest.raises(DirectoryInUse):
            DemoDirectory(tmp_path / "demo").take(print)
        directory.release()
