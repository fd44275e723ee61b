"""Brings the whole product up on one machine, step by step, and takes it down again.

Order: PostgreSQL, Valkey, Stripe sandbox, migrations, web server and worker, data set, beat. The
data set comes after the web server, because usage goes through the public API; beat comes last, so
that nothing is scanned half loaded. A later start finds tables and data in place: it brings all of
them up at once and only then looks whether something is new. Django's checks are left to
`make lint`, because they would cost seconds in each process. A service that the caller gives is
neither started nor stopped.
"""

import json
import os
import signal
import time
from dataclasses import asdict, replace
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path

from celery import Celery

from demo.client import request
from demo.directory import DemoDirectory, DirectoryInUse, ForeignDirectory
from demo.environment import (
    DATABASE,
    DatabaseLogins,
    Kept,
    Seed,
    StripeAccess,
    process_environment,
    shell_exports,
    write_private,
)
from demo.given import Unsuitable
from demo.interruption import StopRequested, ignore_signals, stop_on_signals
from demo.placement import UnsafeDirectory
from demo.ports import LOOPBACK, PortClaims, any_free_port
from demo.process import ProcessFailed
from demo.progress import Progress
from demo.start import Start, prepare, read_start
from demo.stripe_webhooks import register_webhooks, webhook_url
from demo.supervisor import Supervisor, python

ROOT = Path(__file__).resolve().parents[1]


class Launcher:
    """One start of one demo of the project in `root`."""

    def __init__(
        self,
        root: Path,
        directory: DemoDirectory,
        *,
        start: Start,
        kept: Kept,
        progress: Progress,
    ) -> None:
        self.directory = directory
        self.progress = progress
        self.start = start
        self.kept = kept
        self.supervisor = Supervisor(root, logs=directory.logs, inherited=(directory.family_lock,))
        self.ready_file = directory.path / "ready.json"
        self._started_at = time.time()
        self._ports = PortClaims()

    def run(self) -> None:
        """Starts everything, then watches it. Ends with StopRequested or ProcessFailed."""
        self.ready_file.unlink(missing_ok=True)
        started = time.monotonic()
        given = self.start.given
        database = given.database.logins(self.kept) if given.database else self._start_postgres()
        redis_url = given.redis_url or self._start_valkey()
        stripe = given.stripe or self._start_stripe_sandbox()
        base_url = f"http://{LOOPBACK}:{self._choose_port()}"
        stripe = self._connect_webhooks(stripe, base_url)
        exported = process_environment(
            directory=self.directory.path,
            kept=self.kept,
            database=database,
            redis_url=redis_url,
            stripe=stripe,
            base_url=base_url,
        )
        write_private(self.directory.path / "env", shell_exports(exported))
        environment = self._child_environment() | exported
        is_first = not (self.directory.path / "seed.json").exists()
        if not is_first:
            self._launch_web_and_worker(base_url, environment)
            self._launch_beat(environment)
        with self.progress.step("Database and migrations"):
            self.supervisor.run(
                "prepare_database", python("manage.py", "prepare_demo_database"), environment
            )
        if is_first:
            self._launch_web_and_worker(base_url, environment)
        self._await_web_and_worker(base_url, redis_url)
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
        if not given.stripe:
            self._let_clocks_run(stripe)
        seed = Seed.load(self.directory.path)
        self._write_ready_file(base_url, stripe, database, seed)
        self.directory.describe(f"{base_url}, process {os.getpid()}")
        self.progress.say(farewell(base_url, seed, time.monotonic() - started))
        self.supervisor.watch_forever()

    def stop(self) -> None:
        """Stops every process, the last first."""
        self.ready_file.unlink(missing_ok=True)
        self.progress.say("Stopping")
        self.supervisor.stop(lambda name: self.progress.say(f"  {name}"))
        self._ports.release()

    def _start_postgres(self) -> DatabaseLogins:
        service = self.directory.postgres()
        with self.progress.step("PostgreSQL"):
            self.supervisor.adopt(service)
            server = service.start()
            self.supervisor.watch(service.child)
        return DatabaseLogins.derived(server.superuser_url, DATABASE, self.kept)

    def _start_valkey(self) -> str:
        service = self.directory.valkey()
        with self.progress.step("Valkey"):
            self.supervisor.adopt(service)
            server = service.start()
            self.supervisor.watch(service.child)
        return server.redis_url

    def _start_stripe_sandbox(self) -> StripeAccess:
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
                self._child_environment(),
            )
            self.supervisor.wait_until(
                lambda: answers(f"{url}/_sandbox/health"), "The Stripe sandbox"
            )
        return StripeAccess(self.kept.stripe_secret_key, url)

    def _let_clocks_run(self, stripe: StripeAccess) -> None:
        """Two years have passed on the data set's test clocks; from now on they go on with ours."""
        answer = request(f"{stripe.url}/_sandbox/clocks", document={"run": True})
        if answer.is_error:
            raise ProcessFailed(f"The Stripe sandbox's clocks stand still: {answer.text}")

    def _connect_webhooks(self, stripe: StripeAccess, base_url: str) -> StripeAccess:
        if stripe.webhook_secret:
            self.progress.say(
                "  Stripe signs its webhooks with STRIPE_WEBHOOK_SECRET; they are expected at "
                f"{webhook_url(base_url)}.\n  From Stripe itself they come through `stripe listen "
                f"--forward-to {webhook_url(base_url)}`."
            )
            return stripe
        with self.progress.step("Stripe webhooks"):
            register_webhooks(stripe, base_url=base_url, kept=self.kept)
            self.kept.save(self.directory.path)
        return replace(stripe, webhook_secret=self.kept.webhook_secret)

    def _child_environment(self) -> dict[str, str]:
        """The caller's environment, with output that reaches the logs line by line."""
        return {**self.start.environment, "PYTHONUNBUFFERED": "1"}

    def _choose_port(self) -> int:
        wanted = self.start.wanted_port
        port = self._ports.claim(wanted)
        if port != wanted:
            self.progress.say(
                f"  Port {wanted} is in use by another program; taking {port} instead "
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

    def _await_web_and_worker(self, base_url: str, redis_url: str) -> None:
        with self.progress.step("Web server"):
            self.supervisor.wait_until(lambda: answers(f"{base_url}/readyz"), "The web server")
        with self.progress.step("Worker"), Celery(broker=redis_url) as celery:
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
            self.supervisor.wait_until(self._has_beat_written, "Beat")

    def _has_beat_written(self) -> bool:
        try:
            files = [path.stat() for path in self._beat_schedule.parent.iterdir()]
        except FileNotFoundError:
            # Its journal comes and goes while it writes.
            return False
        return any(file.st_mtime >= self._started_at for file in files)

    def _write_ready_file(
        self, base_url: str, stripe: StripeAccess, database: DatabaseLogins, seed: Seed
    ) -> None:
        ready = {
            "url": base_url,
            "stripe_url": stripe.url,
            "database_url": database.reading,
            "api_key": seed.api_key,
            "sign_ins": [asdict(sign_in) for sign_in in seed.sign_ins],
        }
        write_private(self.ready_file, json.dumps(ready, indent=2) + "\n")


def answers(url: str) -> bool:
    """Whether the address answers 200."""
    try:
        return request(url).status == HTTPStatus.OK
    except (OSError, HTTPException):
        return False


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
        [
            "",
            *table,
            "",
            "`make example` runs a sample product that asks this one who may come in.",
            f"Started in {seconds:.1f} s. Ctrl-C stops it.",
            f"ready {base_url}",
        ]
    )


def main(root: Path = ROOT) -> int:
    """Runs a demo of the project in `root` until it is stopped; returns the exit code."""
    progress = Progress()
    directory = DemoDirectory(Path(os.environ.get("DEMO_DIR") or root / ".demo"))
    with stop_on_signals():
        try:
            start = read_start(os.environ, progress)
            directory.take(progress.say)
        except (DirectoryInUse, ForeignDirectory, Unsuitable, ValueError) as error:
            progress.say(str(error))
            return 1
        except StopRequested:
            return 0
        return _run(root, directory, start, progress)


def _run(root: Path, directory: DemoDirectory, start: Start, progress: Progress) -> int:
    launcher = None
    try:
        kept = prepare(directory, start, progress)
        launcher = Launcher(root, directory, start=start, kept=kept, progress=progress)
        launcher.run()
    except StopRequested:
        return 0
    except (ProcessFailed, Unsuitable, UnsafeDirectory, OSError) as error:
        progress.say(f"\n{error}")
        return 1
    finally:
        ignore_signals()
        if launcher is not None:
            launcher.stop()
    return 0
