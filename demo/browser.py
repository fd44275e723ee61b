"""Finds a Chromium for the journeys, or gets one."""

import fcntl
import functools
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
INSTALL_WITHIN = 600
LOCK = Path(__file__).resolve().parents[1] / ".tools" / "browser.lock"
REMEDY = (
    "No Chromium was found, and none could be installed. Install one (on Debian: apt-get install "
    "chromium), or name one with CHROMIUM_PATH=/path/to/chromium, then run the command again."
)


class NoBrowser(Exception):
    """No Chromium runs on this machine; the message says what to do."""


@functools.cache
def find_chromium() -> Path:
    """The path of a Chromium that runs.

    Looks at CHROMIUM_PATH, on PATH and in Playwright's downloads; then installs the Debian package
    (as root) or Playwright's build. Raises NoBrowser with the remedy.
    """
    named = os.environ.get("CHROMIUM_PATH")
    if named:
        if _runs(Path(named)):
            return Path(named)
        raise NoBrowser(f"CHROMIUM_PATH={named} does not run. Name a Chromium that does.")
    browser = _first_that_runs(_installed)
    if browser is not None:
        return browser
    LOCK.parent.mkdir(exist_ok=True)
    with LOCK.open("w") as lock:
        # Of several test processes one installs, the others find what it installed.
        fcntl.flock(lock, fcntl.LOCK_EX)
        for find in (_installed, _from_debian, _from_playwright):
            browser = _first_that_runs(find)
            if browser is not None:
                return browser
    raise NoBrowser(REMEDY)


def _first_that_runs(find: Callable[[], Iterator[Path]]) -> Path | None:
    return next((path for path in find() if _runs(path)), None)


def _runs(browser: Path) -> bool:
    return _succeeds([str(browser), "--version"], within=30)


def _succeeds(command: list[str], *, within: float) -> bool:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(
            command,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=within,
            env=environment,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _installed() -> Iterator[Path]:
    for name in NAMES:
        found = shutil.which(name)
        if found:
            yield Path(found)
    yield from _playwright_builds()


def _playwright_builds() -> Iterator[Path]:
    cache = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache/ms-playwright")
    for pattern in ("chromium-*/*/chrome", "chromium_headless_shell-*/*/*headless*shell"):
        yield from sorted(cache.glob(pattern), reverse=True)


def _from_debian() -> Iterator[Path]:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    install = ["apt-get", "install", "-y", "--no-install-recommends", "chromium"]
    if not _succeeds(install, within=INSTALL_WITHIN):
        # The package lists of a fresh machine may be missing or old.
        _succeeds(["apt-get", "update"], within=INSTALL_WITHIN)
        _succeeds(install, within=INSTALL_WITHIN)
    yield from _installed()


def _from_playwright() -> Iterator[Path]:
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    _succeeds(command, within=INSTALL_WITHIN)
    yield from _playwright_builds()
