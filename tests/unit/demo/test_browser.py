"""Finding a Chromium for the journeys."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from demo import browser
from demo.browser import NoBrowser, find_chromium

WORKING = "#!/bin/sh\necho Chromium 140\n"
BROKEN = "#!/bin/sh\nexit 127\n"


def program(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


@pytest.fixture(autouse=True)
def bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A PATH with nothing but what a test puts there, and no way to install."""
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}")
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "playwright"))
    monkeypatch.delenv("CHROMIUM_PATH", raising=False)
    monkeypatch.setattr("sys.executable", str(tmp_path / "no-python"))
    monkeypatch.setattr(browser, "LOCK", tmp_path / "browser.lock")
    find_chromium.cache_clear()
    yield tmp_path
    find_chromium.cache_clear()


class TestFindChromium:
    def test_takes_the_one_that_is_named(
        self, bare_machine: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        named = program(bare_machine / "mine", WORKING)
        program(bare_machine / "bin" / "chromium", WORKING)
        monkeypatch.setenv("CHROMIUM_PATH", str(named))
        assert find_chromium() == named

    def test_a_named_one_that_does_not_run_is_an_error_and_not_replaced(
        self, bare_machine: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        program(bare_machine / "bin" / "chromium", WORKING)
        monkeypatch.setenv("CHROMIUM_PATH", str(program(bare_machine / "mine", BROKEN)))
        with pytest.raises(NoBrowser, match="does not run"):
            find_chromium()

    def test_passes_over_one_that_does_not_run(self, bare_machine: Path) -> None:
        program(bare_machine / "bin" / "chromium", BROKEN)
        working = program(bare_machine / "bin" / "google-chrome", WORKING)
        assert find_chromium() == working

    def test_takes_the_newest_of_playwrights_builds(self, bare_machine: Path) -> None:
        builds = bare_machine / "playwright"
        program(builds / "chromium-1180" / "chrome-linux" / "chrome", WORKING)
        newest = program(builds / "chromium-1190" / "chrome-linux64" / "chrome", WORKING)
        assert find_chromium() == newest

    def test_installs_the_debian_package_as_root(
        self, bare_machine: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        target = bare_machine / "bin" / "chromium"
        program(
            bare_machine / "bin" / "apt-get",
            '#!/bin/sh\n[ "$1" = install ] || exit 1\n'
            f"printf '#!/bin/sh\\n' > {target} && /bin/chmod +x {target}\n",
        )
        monkeypatch.setattr("os.geteuid", lambda: 0)
        assert find_chromium() == target

    def test_says_the_remedy_when_nothing_helps(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("os.geteuid", lambda: 1000)
        with pytest.raises(NoBrowser, match=r"apt-get install chromium(?s:.*)CHROMIUM_PATH"):
            find_chromium()
