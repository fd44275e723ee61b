"""Brings the whole product up on one machine, step by step, and takes it down again.

Order: PostgreSQL, Valkey, Stripe sandbox, migrations, web server and worker, data set, beat. The
data set comes after the web server, because usage goes through the public API; beat comes last, so
that nothing is scanned half loaded. A later start finds tables and data in place: it brings all of
them up at once and only then looks whether something is new. Django's checks are left to
`make lint`, because they would cost seconds in each process.
"""

import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlsplit

from celery import Celery

from demo.directory import DemoDirectory, DirectoryInUse, ForeignDirectory
from demo.environment import (
    Kept,
    Seed,
    admin_url_of_database,
    process_environment,
    shell_exports,
    write_private,
)
from demo.placement import UnsafeDirectory
from demo.ports import LOOPBACK, PortClaims, any_free_port
from demo.process import ProcessFailed
from demo.services import PostgresServer, ValkeyServer
from demo.stripe_webhooks import register_webhooks
from demo.supervisor import StopRequested, Supervisor, ignore_signals, python, stop_on_signals

ROOT = Path(__file__).resolve().parents[1]
DEFAULT_PORT = 8000
LABEL_WIDTH = 34


class Progress:
    """Writes one line for each step, with its time."""

    def __init__(self) -> None:
        self._is_line_open = False

    @contextmanager
    def step(self, label: str) -> Iterator[None]:
        """Shows the label at once and the seconds when the step is done."""
        self._write(f"  {label} ".ljust(LABEL_WIDTH, "."), is_line_open=True)
        started = time.monotonic()
        yield
        seconds = f"{time.monotonic() - started:5.1f} s"
        label_again = "" if self._is_line_open else "  done ".ljust(LABEL_WIDTH, ".")
        self._write(f"{label_again} {seconds}\n")

    def say(self, text: str) -> None:
        """Writes a line of its own."""
        self._write(f"{'\n' if self._is_line_open else ''}{text}\n")

    def detail(self, line: str) -> None:
        """Writes what a step reports while it runs."""
        if line.strip():
            self.say(f"      {line.strip()}")

    def _write(self, text: str, *, is_line_open: bool = False) -> None:
        # Whoever read our output may be gone; the demo goes on.
        with contextlib.suppress(BrokenPipeError):
            sys.stdout.write(text)
            sys.stdout.flush()
        self._is_line_open = is_line_open


class Launcher:
    """One start of one demo of the project in `root`."""

    def __init__(
        self, root: Path, directory: DemoDirectory, *, wanted_port: int, progress: Progress
    ) -> None:
        self.directory = directory
        self.progress = progress
        self.wanted_port = wanted_port
        self.kept = Kept.load(directory.path)
        self.supervisor = Supervisor(root, logs=directory.logs, inherited=(directory.family_lock,))
        self.ready_file = directory.path / "ready.json"
        self._started_at = time.time()
        self._ports = PortClaims()

    def run(self) -> None:
        """Starts everything, then watches it. Ends with StopRequested or ProcessFailed."""
        self.ready_file.unlink(missing_ok=True)
        started = time.monotonic()
        postgres = self._start_postgres()
        valkey = self._start_valkey()
        stripe_url = self._start_stripe_sandbox()
        base_url = f"http://{LOOPBACK}:{self._choose_port()}"
        with self.progress.step("Stripe webhooks"):
            register_webhooks(stripe_url=stripe_url, base_url=base_url, kept=self.kept)
            self.kept.save(self.directory.path)
        exported = process_environment(
            directory=self.directory.path,
            kept=self.kept,
            postgres=postgres,
            valkey=valkey,
            stripe_url=stripe_url,
            base_url=base_url,
        )
        write_private(self.directory.path / "env", shell_exports(exported))
        environment = child_environment() | exported
        is_first = not (self.directory.path / "seed.json").exists()
        if not is_first:
            self._launch_web_and_worker(base_url, environment)
            self._launch_beat(environment)
        with self.progress.step("Database and migrations"):
            self.supervisor.run(
                "prepare_database", python("manage.py", "prepare_database"), environment
            )
        if is_first:
            self._launch_web_and_worker(base_url, environment)
        self._await_web_and_worker(base_url, valkey)
        with self.progress.step("Data set"):
            self.supervisor.run(
                "load_demo",
                python("manage.py", "load_demo", "--skip-checks"),
                environment,
                self.progress.detail,
            )
        if is_first:
            self._launch_beat(environment)
        self._await_beat()
        seed = Seed.load(self.directory.path)
        self._write_ready_file(base_url, stripe_url, postgres, seed)
        self.directory.describe(f"{base_url}, process {os.getpid()}")
        self.progress.say(farewell(base_url, seed, time.monotonic() - started))
        self.supervisor.watch_forever()

    def stop(self) -> None:
        """Stops every process, the last first."""
        self.ready_file.unlink(missing_ok=True)
        self.progress.say("Stopping")
        self.supervisor.stop(lambda name: self.progress.say(f"  {name}"))
        self._ports.release()

    def _start_postgres(self) -> PostgresServer:
        service = self.directory.postgres()
        with self.progress.step("PostgreSQL"):
            self.supervisor.adopt(service)
            server = service.start()
            self.supervisor.watch(service.child)
        return server

    def _start_valkey(self) -> ValkeyServer:
        service = self.directory.valkey()
        with self.progress.step("Valkey"):
            self.supervisor.adopt(service)
            server = service.start()
            self.supervisor.watch(service.child)
        return server

    def _start_stripe_sandbox(self) -> str:
        with self.progress.step("Stripe sandbox"):
            self.kept.stripe_port = self._ports.claim(self.kept.stripe_port or any_free_port())
            url = f"http://{LOOPBACK}:{self.kept.stripe_port}"
            database = self.directory.path / "stripe_sandbox.sqlite3"
            self.supervisor.start(
                "stripe_sandbox",
                python(
                    "-m",
                    "stripe_sandbox",
                    "--port",
                    str(self.kept.stripe_port),
                    "--db",
                    str(database),
                ),
                child_environment(),
            )
            self.supervisor.wait_until(
                lambda: answers(f"{url}/_sandbox/health"), "The Stripe sandbox"
            )
        return url

    def _choose_port(self) -> int:
        port = self._ports.claim(self.wanted_port)
        if port != self.wanted_port:
            self.progress.say(
                f"  Port {self.wanted_port} is in use by another program; taking {port} instead "
                "(PORT= chooses one)."
            )
        return port

    def _launch_web_and_worker(self, base_url: str, environment: dict[str, str]) -> None:
        port = base_url.rpartition(":")[2]
        # Threads: no pool of processes that a killed worker could leave behind.
        self.supervisor.start(
            "worker",
            python(
                *("-m", "celery", "-A", "config", "--skip-checks", "worker", "--pool", "threads"),
                *("--concurrency", "4", "--without-gossip", "--without-mingle"),
                *("--loglevel", "INFO"),
            ),
            environment,
            stop_signals=(signal.SIGTERM, signal.SIGQUIT),
        )
        self.supervisor.start(
            "web",
            python(
                *("-m", "uvicorn", "config.asgi:application", "--host", LOOPBACK, "--port", port),
                *("--no-access-log", "--timeout-graceful-shutdown", "3"),
            ),
            environment,
        )

    def _await_web_and_worker(self, base_url: str, valkey: ValkeyServer) -> None:
        with self.progress.step("Web server"):
            self.supervisor.wait_until(lambda: answers(f"{base_url}/readyz"), "The web server")
        with self.progress.step("Worker"), Celery(broker=valkey.redis_url) as celery:
            self.supervisor.wait_until(
                lambda: bool(celery.control.ping(timeout=0.5, limit=1)), "The worker"
            )

    @property
    def _beat_schedule(self) -> Path:
        return self.directory.path / "beat" / "schedule"

    def _launch_beat(self, environment: dict[str, str]) -> None:
        self._beat_schedule.parent.mkdir(exist_ok=True)
        self.supervisor.start(
            "beat",
            python(
                *("-m", "celery", "-A", "config", "--skip-checks", "beat"),
                *("--schedule", str(self._beat_schedule)),
                *("--pidfile", "", "--loglevel", "INFO"),
            ),
            environment,
        )

    def _await_beat(self) -> None:
        """Beat answers nobody, but it writes its schedule when it comes up."""
        with self.progress.step("Beat"):
            self.supervisor.wait_until(
                lambda: any(
                    path.stat().st_mtime >= self._started_at
                    for path in self._beat_schedule.parent.iterdir()
                ),
                "Beat",
            )

    def _write_ready_file(
        self, base_url: str, stripe_url: str, postgres: PostgresServer, seed: Seed
    ) -> None:
        ready = {
            "url": base_url,
            "stripe_url": stripe_url,
            "database_url": admin_url_of_database(postgres),
            "api_key": seed.api_key,
            "sign_ins": [asdict(sign_in) for sign_in in seed.sign_ins],
        }
        write_private(self.ready_file, json.dumps(ready, indent=2) + "\n")


def child_environment() -> dict[str, str]:
    """The caller's environment, with output that reaches the logs line by line."""
    return {**os.environ, "PYTHONUNBUFFERED": "1"}


def answers(url: str) -> bool:
    """Whether the address answers 200."""
    address = urlsplit(url)
    connection = HTTPConnection(address.netloc, timeout=10)
    try:
        connection.request("GET", address.path)
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def farewell(base_url: str, seed: Seed, seconds: float) -> str:
    """The last words of a start: the address, and one sign-in for each role."""
    firsts = {sign_in.role: sign_in for sign_in in reversed(seed.sign_ins)}
    rows = [("role", "organization", "e-mail", "password")]
    rows += [
        (role, entry.organization or "-", entry.email, entry.password)
        for role, entry in sorted(firsts.items())
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    table = [
        "  "
        + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return "\n".join(
        ["", *table, "", f"Started in {seconds:.1f} s. Ctrl-C stops it.", f"ready {base_url}"]
    )


def chosen_port(text: str) -> int:
    """The port that PORT= names. Raises ValueError with a sentence."""
    if not text:
        return DEFAULT_PORT
    if not text.isdecimal() or not 1024 <= int(text) <= 65535:
        raise ValueError(f"PORT={text} is not a port. Choose a number from 1024 to 65535.")
    return int(text)


def main(root: Path = ROOT) -> int:
    """Runs a demo of the project in `root` until it is stopped; returns the exit code."""
    progress = Progress()
    directory = DemoDirectory(Path(os.environ.get("DEMO_DIR") or root / ".demo"))
    with stop_on_signals():
        try:
            wanted_port = chosen_port(os.environ.get("PORT", ""))
            directory.take(progress.say)
        except (DirectoryInUse, ForeignDirectory, ValueError) as error:
            progress.say(str(error))
            return 1
        except StopRequested:
            return 0
        return _run(root, directory, wanted_port, progress)


def _run(root: Path, directory: DemoDirectory, wanted_port: int, progress: Progress) -> int:
    launcher = None
    try:
        if os.environ.get("FRESH", "") not in {"", "0"}:
            progress.say("Starting anew: the data of earlier starts is removed")
            directory.clear()
        launcher = Launcher(root, directory, wanted_port=wanted_port, progress=progress)
        launcher.run()
    except StopRequested:
        return 0
    except (ProcessFailed, UnsafeDirectory, OSError) as error:
        progress.say(f"\n{error}")
        return 1
    finally:
        ignore_signals()
        if launcher is not None:
            launcher.stop()
    return 0
