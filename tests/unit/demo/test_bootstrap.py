"""Preparing a machine: what counts as usable, and that it happens once."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import bootstrap
from tests.unit.demo.support import ROOT

INSTALLER = f"""#!/bin/sh
case "$1 $2" in
    --version*) echo "uv 9.1.0" ;;
    venv*) mkdir -p .venv/bin && ln -s {sys.executable} .venv/bin/python ;;
    "pip sync") sleep 0.3; echo "$@" >> installs ;;
esac
"""


def program(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with a pretended uv, which notes what it is asked to install."""
    for name in ("bootstrap.sh", "bootstrap.py"):
        (tmp_path / "scripts").mkdir(exist_ok=True)
        shutil.copy(ROOT / "scripts" / name, tmp_path / "scripts" / name)
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "development.txt").write_text("django==6.1\n")
    program(tmp_path / ".tools" / "bin" / "uv", INSTALLER)
    # The first Python to be found is one that will do.
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python3").symlink_to(sys.executable)
    return tmp_path


def installs(project: Path) -> list[str]:
    path = project / "installs"
    return path.read_text().splitlines() if path.exists() else []


def run(project: Path) -> "subprocess.Popen[str]":
    search = f"{project / 'bin'}:{os.environ['PATH']}"
    return subprocess.Popen(
        [project / "scripts" / "bootstrap.sh"],
        env=os.environ | {"PATH": search, "PIP_INDEX_URL": "https://packages.example.com/simple"},
        stdout=subprocess.PIPE,
        text=True,
    )


class TestBootstrap:
    def test_installs_once_however_many_start_together(self, project: Path) -> None:
        together = [run(project) for _ in range(3)]
        for process in together:
            process.communicate()
        assert [process.returncode for process in together] == [0, 0, 0]
        assert len(installs(project)) == 1

    def test_demands_hashes(self, project: Path) -> None:
        run(project).communicate()
        assert "--require-hashes" in installs(project)[0]

    def test_installs_again_only_when_the_lock_has_changed(self, project: Path) -> None:
        for _ in range(2):
            run(project).communicate()
        assert len(installs(project)) == 1
        (project / "requirements" / "development.txt").write_text("django==6.2\n")
        run(project).communicate()
        assert len(installs(project)) == 2

    def test_an_interrupted_installation_is_repeated(self, project: Path) -> None:
        run(project).communicate()
        (project / ".venv" / ".bootstrapped").unlink()
        run(project).communicate()
        assert len(installs(project)) == 2


class TestRunnableUv:
    @pytest.fixture
    def path(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        monkeypatch.setattr(bootstrap, "TOOLS", tmp_path / "tools")
        monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
        return tmp_path / "bin"

    def test_a_shim_that_does_not_run_is_none(self, path: Path) -> None:
        program(path / "uv", "#!/bin/sh\necho 'uv: command not found' >&2\nexit 127\n")
        assert bootstrap.runnable_uv() is None

    def test_one_too_old_is_none(self, path: Path) -> None:
        program(path / "uv", "#!/bin/sh\necho uv 0.1.44\n")
        assert bootstrap.runnable_uv() is None

    def test_the_machines_own_is_taken_when_it_runs(self, path: Path) -> None:
        uv = program(path / "uv", "#!/bin/sh\necho uv 0.9.3\n")
        assert bootstrap.runnable_uv() == uv


class TestPythons:
    def test_an_interpreter_that_does_not_run_has_no_version(self, tmp_path: Path) -> None:
        shim = program(tmp_path / "python3.13", "#!/bin/sh\nexit 1\n")
        assert bootstrap.python_version(shim) == (0, 0)
        assert bootstrap.python_version(tmp_path / "missing") == (0, 0)

    def test_a_running_one_tells_its_version(self) -> None:
        assert bootstrap.python_version(Path(sys.executable)) == sys.version_info[:2]

    def test_a_machine_without_pip_is_told_the_remedy(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(bootstrap, "is_prepared", lambda: False)
        monkeypatch.setattr(bootstrap, "runnable_uv", lambda: None)
        monkeypatch.setattr(bootstrap, "pythons", lambda: iter(()))
        assert bootstrap.main() == 1
        assert "apt-get install python3-pip" in capsys.readouterr().err


class TestIndexes:
    @pytest.fixture(autouse=True)
    def unconfigured(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("UV_INDEX", "UV_INDEX_URL", "UV_DEFAULT_INDEX", "UV_NO_INDEX"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setattr(bootstrap, "output_of", lambda *command: "")

    def test_the_index_of_pip_is_used_by_uv_too(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PIP_INDEX_URL", "https://packages.example.com/simple")
        environment = bootstrap.installer_environment()
        assert environment["UV_DEFAULT_INDEX"] == "https://packages.example.com/simple"

    def test_an_index_for_uv_itself_comes_first(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PIP_INDEX_URL", "https://packages.example.com/simple")
        monkeypatch.setenv("UV_INDEX_URL", "https://other.example.com/simple")
        assert "UV_DEFAULT_INDEX" not in bootstrap.installer_environment()

    def test_without_any_setting_nothing_is_added(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("PIP_INDEX_URL", raising=False)
        assert "UV_DEFAULT_INDEX" not in bootstrap.installer_environment()
