"""Starts a demo of its own, exactly as `make demo` does, and stops it as Ctrl-C does."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from demo.ports import any_free_port

_ROOT = Path(__file__).resolve().parents[2]
_READY_WITHIN_SECONDS = 300.0
_OWN_SETTINGS = (
    "DATABASE_",
    "REDIS_URL",
    "STRIPE_",
    "DEMO_DIR",
    "DJANGO_",
    "SECRET_KEY",
    "BASE_URL",
)


@dataclass(frozen=True)
class SignIn:
    """Somebody of the demo."""

    role: str
    email: str
    password: str
    organization: str | None


@dataclass(frozen=True)
class Demo:
    """A running demo: what `.demo/ready.json` says."""

    url: str
    stripe_url: str
    api_key: str
    sign_ins: tuple[SignIn, ...]
    directory: Path

    @property
    def logs(self) -> Path:
        """Where each of its processes writes its log."""
        return self.directory / "logs"

    def sign_in_of(self, role: str, organization: str | None = None) -> SignIn:
        """Return the first sign-in of a role, in an organization if named."""
        return next(
            s for s in self.sign_ins if s.role == role and organization in (None, s.organization)
        )

    def api(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        """Call the public API with the vendor's key."""
        headers = {"Authorization": f"Bearer {self.api_key}"}
        return httpx.request(
            method, f"{self.url}{path}", headers=headers, timeout=30, trust_env=False, **arguments
        )


@contextmanager
def running_demo() -> Iterator[Demo]:
    """Start a demo on a free port in a directory of its own, and stop it at the end.

    JOURNEY_DEMO_DIR names a running demo to use instead, for work on the journeys themselves.
    """
    if running := os.environ.get("JOURNEY_DEMO_DIR"):
        yield _read(Path(running))
        return
    with tempfile.TemporaryDirectory(prefix="headroom-journey-") as name:
        directory = Path(name)
        environment = {k: v for k, v in os.environ.items() if not k.startswith(_OWN_SETTINGS)}
        environment |= {"DEMO_DIR": str(directory / "demo"), "PORT": str(any_free_port())}
        output = (directory / "output.log").open("wb")
        process = subprocess.Popen(
            [sys.executable, "-m", "demo"],
            cwd=_ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            yield _await(process, directory)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(60)
            output.close()


def _await(process: subprocess.Popen[bytes], directory: Path) -> Demo:
    ready_file = directory / "demo" / "ready.json"
    deadline = time.monotonic() + _READY_WITHIN_SECONDS
    while not ready_file.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            text = (directory / "output.log").read_text(errors="replace")
            raise RuntimeError(f"The demo did not start:\n{text[-4000:]}")
        time.sleep(0.2)
    return _read(directory / "demo")


def _read(directory: Path) -> Demo:
    ready = json.loads((directory / "ready.json").read_text())
    return Demo(
        url=ready["url"],
        stripe_url=ready["stripe_url"],
        api_key=ready["api_key"],
        sign_ins=tuple(SignIn(**entry) for entry in ready["sign_ins"]),
        directory=directory,
    )


def wait_for[T](look: Callable[[], T], what: str, *, seconds: float = 120.0) -> T:
    """Look again until there is something; fail with `what` when time is over."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, f"still waiting for {what}"
        time.sleep(0.5)
    return found
