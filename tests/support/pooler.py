"""A pooler of transactions in front of the test run's PostgreSQL.

PgBouncer where there is one: the path in PGBOUNCER, the program on PATH, or Debian's, unpacked into
`.tools`. Elsewhere a relay of the suite's own (`tests.support.relay`) with the same rules.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from demo.ports import LOOPBACK, any_free_port
from demo.process import guarded, unprivileged_account
from tests.support.relay import Relay
from tests.support.waiting import wait_until
from tests.unit.demo.support import ROOT

URLS = ("DATABASE_URL", "DATABASE_PIPELINE_URL")
_UNPACKED = ROOT / ".tools" / "pgbouncer"


@dataclass(frozen=True)
class Pooler:
    """What stands before the database: its name, and the settings of a process behind it."""

    name: str
    environment: dict[str, str]


def find_pgbouncer() -> Path | None:
    """Return PgBouncer's program, or None."""
    if known := os.environ.get("PGBOUNCER") or shutil.which("pgbouncer"):
        return Path(known)
    program = _UNPACKED / "usr" / "sbin" / "pgbouncer"
    if not program.exists():
        command = ["timeout", "20", "sh", str(ROOT / "scripts/fetch_pgbouncer.sh"), str(_UNPACKED)]
        subprocess.run(command, check=False, capture_output=True)
    return program if program.exists() and _runs(program) else None


def _runs(program: Path) -> bool:
    """Whether it finds its libraries on this machine."""
    libraries = {str(path.parent) for path in program.parents[1].glob("lib/*/*.so*")}
    asked = subprocess.run(
        [program, "--version"],
        env={"LD_LIBRARY_PATH": ":".join(libraries)},
        check=False,
        capture_output=True,
    )
    return asked.returncode == 0


@contextmanager
def pooler(directory: Path) -> Iterator[Pooler]:
    """Run a pooler with three connections to the database for each login."""
    program = find_pgbouncer()
    if program is None:
        relay = Relay({_user(os.environ[name]): os.environ[name] for name in URLS})
        yield Pooler("relay", _environment(relay.port))
        relay.stop()
        return
    port = any_free_port()
    process = _start(program, directory, port)
    try:
        wait_until(lambda: _answers(_environment(port)["DATABASE_URL"]), "PgBouncer")
        yield Pooler("PgBouncer", _environment(port))
    finally:
        process.terminate()
        process.wait(timeout=10)


def _start(program: Path, directory: Path, port: int) -> "subprocess.Popen[bytes]":
    server = urlsplit(os.environ["DATABASE_URL"])
    users = directory / "users.txt"
    users.write_text(
        "".join(f'"{_user(os.environ[n])}" "{urlsplit(os.environ[n]).password}"\n' for n in URLS)
    )
    configuration = directory / "pgbouncer.ini"
    configuration.write_text(
        f"[databases]\n* = host={server.hostname} port={server.port}\n[pgbouncer]\n"
        f"listen_addr = {LOOPBACK}\nlisten_port = {port}\nunix_socket_dir =\n"
        f"auth_type = plain\nauth_file = {users}\npool_mode = transaction\n"
        "default_pool_size = 3\nmax_client_conn = 200\nserver_round_robin = 1\n"
    )
    # It refuses root; its files lie in a directory of ours.
    account = unprivileged_account()
    if account is not None:
        for path in (users, configuration):
            os.chown(path, account.uid, account.gid)
    programs = directory
    for copied in [program, *program.parents[1].glob("lib/*/*.so*")]:
        shutil.copy(copied, programs / copied.name)
    for path in [directory, *directory.parents[:3]]:
        path.chmod(path.stat().st_mode | 0o011)
    with (directory / "log").open("wb") as log:
        return subprocess.Popen(
            guarded([programs / program.name, configuration], account=account),
            env={"LD_LIBRARY_PATH": str(programs), "PATH": "/usr/bin:/bin"},
            stdout=log,
            stderr=subprocess.STDOUT,
        )


def _user(url: str) -> str:
    return urlsplit(url).username or ""


def _environment(port: int) -> dict[str, str]:
    def through(url: str) -> str:
        parts = urlsplit(url)
        netloc = f"{parts.username}:{parts.password}@{LOOPBACK}:{port}"
        return parts._replace(netloc=netloc).geturl()

    return {
        "DATABASE_POOLER": "transaction",
        "DATABASE_SESSION_URL": os.environ["DATABASE_PIPELINE_URL"],
        **{name: through(os.environ[name]) for name in URLS},
    }


def _answers(url: str) -> bool:
    try:
        with psycopg.connect(url, connect_timeout=2):
            return True
    except psycopg.OperationalError:
        return False
