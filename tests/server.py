"""A real server process for tests that speak HTTP with the product: one for the whole run."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from demo.ports import LOOPBACK, any_free_port

ROOT = Path(__file__).resolve().parents[1]
READY_WITHIN = 120


@pytest.fixture(scope="session")
def other_origin() -> str:
    """An origin whose pages may report usage to the server; nobody serves it yet."""
    return f"http://localhost:{any_free_port()}"


@pytest.fixture(scope="session")
def server_url(
    django_db_setup: None, other_origin: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of the product under uvicorn, as a deployment runs it."""
    port = any_free_port()
    log = tmp_path_factory.mktemp("server") / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "uvicorn", "config.asgi:application"),
                *("--host", LOOPBACK, "--port", str(port), "--no-access-log"),
            ],
            cwd=ROOT,
            env=os.environ
            | {"DJANGO_SETTINGS_MODULE": "config.settings.test", "BROWSER_ORIGINS": other_origin},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        url = f"http://{LOOPBACK}:{port}"
        try:
            _wait_until_alive(url, process, log)
            yield url
        finally:
            process.terminate()
            process.wait(timeout=10)


def _wait_until_alive(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        try:
            httpx.get(f"{url}/healthz", trust_env=False, timeout=5)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(log.read_text())
