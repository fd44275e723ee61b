"""The processes of a deployment that a crash test kills and starts again."""

import contextlib
import http.client
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from celery import Celery
from kombu.exceptions import OperationalError

from demo.ports import LOOPBACK, any_free_port
from demo.services import EmbeddedPostgres, EmbeddedValkey

ROOT = Path(__file__).resolve().parents[2]
READY_WITHIN = 120.0
VICTIMS = ("web", "worker", "second", "postgres", "broker")


class Stage:
    """PostgreSQL that keeps its promises, a broker, the web server, and two workers.

    The beat is ours: the schedule's other tasks would only be in the way.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.postgres = EmbeddedPostgres(directory / "postgres")
        self.broker = EmbeddedValkey(directory / "valkey")
        self.port = any_free_port()
        self.environment: dict[str, str] = {}
        self.key = ""
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._is_over = threading.Event()
        self._beat = threading.Thread(target=self._send_rollups, daemon=True)

    def open(self) -> None:
        """Start everything and prepare the database."""
        server = self.postgres.start()
        address = f"{server.host}:{server.port}/headroom_crash"
        self.environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "config.settings.test",
            "DATABASE_URL": f"postgres://headroom_app:app@{address}",
            "DATABASE_OWNER_URL": f"postgres://headroom_owner:owner@{address}",
            "DATABASE_PIPELINE_URL": f"postgres://headroom_pipeline:pipeline@{address}",
            "REDIS_URL": self.broker.start().redis_url,
            "CRASH_ADMIN_URL": server.superuser_url,
            "LOG_LEVEL": "WARNING",
        }
        told = subprocess.run(
            [sys.executable, "-m", "tests.crash.prepare"],
            cwd=ROOT,
            env=self.environment,
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        self.key = told.rpartition("key ")[2].strip()
        for name in ("web", "worker", "second"):
            self._run(name)
        self._wait_for_web()
        self._beat.start()

    def close(self) -> None:
        """End everything and remove the data."""
        self._is_over.set()
        for process in self._processes.values():
            process.kill()
            process.wait()
        for service in (self.postgres, self.broker):
            service.stop()
            service.remove()

    def kill(self, victim: str) -> None:
        """Kill -9, and start again."""
        if victim in self._processes:
            process = self._processes[victim]
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            self._run(victim)
            if victim == "web":
                self._wait_for_web()
            return
        service = self.postgres if victim == "postgres" else self.broker
        os.kill(service.child.pid, signal.SIGKILL)
        service.child.kill()
        service.start()

    def _run(self, name: str) -> None:
        command = (
            ["uvicorn", "config.asgi:application", "--port", str(self.port)]
            if name == "web"
            else ["celery", "-A", "config", "worker", "--pool", "solo", "--hostname", name]
        )
        with (self.directory / f"{name}.log").open("ab") as log:
            self._processes[name] = subprocess.Popen(
                [sys.executable, "-m", *command],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _send_rollups(self) -> None:
        broker = Celery(broker=self.environment["REDIS_URL"])
        broker.conf.broker_connection_timeout = 1
        while not self._is_over.wait(0.5):
            with contextlib.suppress(OperationalError):
                broker.send_task("seats.tasks.roll_up_usage", retry=False)

    def _wait_for_web(self) -> None:
        deadline = time.monotonic() + READY_WITHIN
        while time.monotonic() < deadline:
            connection = http.client.HTTPConnection(LOOPBACK, self.port, timeout=5)
            try:
                connection.request("GET", "/healthz")
                connection.getresponse().read()
            except OSError:
                time.sleep(0.05)
            else:
                return
            finally:
                connection.close()
        raise AssertionError((self.directory / "web.log").read_text()[-2000:])
