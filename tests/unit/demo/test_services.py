"""The embedded services: private, repeatable, and gone with their parent."""

import os
import signal
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from demo.placement import SHARED, can_reach, place_data, remove_data
from demo.process import Account
from demo.services import EmbeddedPostgres, EmbeddedValkey, PostgresServer, ValkeyServer
from tests.unit.demo.support import is_alive, run_python, wait_for

START_AND_WAIT = """
import sys, time
from pathlib import Path
from demo.services import EmbeddedPostgres, EmbeddedValkey
directory = Path(sys.argv[1])
postgres = EmbeddedPostgres(directory / "postgres", disposable=True)
valkey = EmbeddedValkey(directory / "valkey", disposable=True)
print(postgres.start().superuser_url, flush=True)
print(valkey.start().redis_url, flush=True)
print(postgres.child.pid, valkey.child.pid, flush=True)
time.sleep(600)
"""
NOBODY = 65534
# An ordinary account that can still read the interpreter, wherever it is installed.
AS_NOBODY = (
    *("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"),
    *("--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"),
)


@pytest.fixture
def open_directory() -> Iterator[Path]:
    """A directory that every account may pass through, unlike pytest's own."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


type Postgres = tuple[EmbeddedPostgres, PostgresServer]
type Valkey = tuple[EmbeddedValkey, ValkeyServer]


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A running server for the tests that only look at it."""
    service = EmbeddedPostgres(tmp_path_factory.mktemp("pg"), disposable=True)
    with service as server:
        yield service, server


@pytest.fixture(scope="module")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    """A running server for the tests that only look at it."""
    service = EmbeddedValkey(tmp_path_factory.mktemp("valkey"), disposable=True)
    with service as server:
        yield service, server


@pytest.fixture(scope="module")
def stopped() -> Iterator[Postgres]:
    """A server that keeps its data, with a table in it; it has run, and was stopped."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        service = EmbeddedPostgres(Path(name) / "pg")
        with service as server, psycopg.connect(server.superuser_url) as connection:
            connection.execute("CREATE TABLE kept (n int)")
        yield service, server
        service.remove()


class TestEmbeddedPostgres:
    def test_speaks_version_18_with_the_builtin_collation(self, postgres: Postgres) -> None:
        _, server = postgres
        with psycopg.connect(server.superuser_url) as connection:
            version = connection.execute("SHOW server_version_num").fetchone()
            assert version is not None
            assert int(version[0]) // 10000 == 18
            locale = connection.execute(
                "SELECT datlocprovider, datlocale FROM pg_database WHERE datname = 'template1'"
            ).fetchone()
            assert locale == ("b", "C.UTF-8")

    def test_keeps_data_password_and_port_over_a_restart(self, stopped: Postgres) -> None:
        service, first = stopped
        with service as second, psycopg.connect(second.superuser_url) as connection:
            assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)
        assert second == first

    def test_refuses_a_login_without_its_password(self, postgres: Postgres) -> None:
        _, server = postgres
        wrong = f"postgresql://postgres:guess@{server.host}:{server.port}/postgres"
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(wrong)

    def test_takes_another_port_when_its_own_is_busy(self, stopped: Postgres) -> None:
        service, first = stopped
        with socket.socket() as other:
            other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            other.bind((first.host, first.port))
            other.listen()
            with service as server, psycopg.connect(server.superuser_url):
                assert server.port != first.port

    def test_starts_over_the_trace_of_a_server_that_was_killed(self, stopped: Postgres) -> None:
        service, _ = stopped
        service.start()
        (trace,) = service.directory.rglob("postmaster.pid")
        service.child.kill()
        assert trace.exists()
        # Its number belongs to somebody else by now: to us.
        lines = trace.read_text().splitlines()
        trace.write_text("\n".join([str(os.getpid()), *lines[1:]]))
        with service as server, psycopg.connect(server.superuser_url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)

    def test_a_disposable_server_leaves_nothing(self, tmp_path: Path) -> None:
        service = EmbeddedPostgres(tmp_path / "pg", disposable=True)
        with service:
            pid = service.child.pid
        assert not is_alive(pid)
        assert list(tmp_path.iterdir()) == []
        origins = {path.read_text() for path in SHARED.glob("data-*/origin")}
        assert str(tmp_path / "pg") not in origins


class TestEmbeddedValkey:
    def test_asks_for_its_password(self, valkey: Valkey) -> None:
        _, server = valkey
        stranger = redis.Redis(host=server.host, port=server.port)
        with pytest.raises(redis.AuthenticationError):
            stranger.ping()
        stranger.close()
        with redis.Redis.from_url(server.redis_url) as client:
            assert client.ping()

    def test_keeps_its_queues_over_a_restart(self, open_directory: Path) -> None:
        service = EmbeddedValkey(open_directory / "valkey")
        with service as server, redis.Redis.from_url(server.redis_url) as client:
            client.rpush("queue", "task")
        with service as server, redis.Redis.from_url(server.redis_url) as client:
            assert client.lrange("queue", 0, -1) == [b"task"]
        service.remove()

    def test_the_password_is_not_among_the_arguments(self, valkey: Valkey) -> None:
        service, server = valkey
        arguments = Path(f"/proc/{service.child.pid}/cmdline").read_bytes()
        password = server.redis_url.split(":")[2].partition("@")[0]
        assert password.encode() not in arguments


class TestAccounts:
    def test_the_servers_never_run_as_root(self, postgres: Postgres, valkey: Valkey) -> None:
        pids = (postgres[0].child.pid, valkey[0].child.pid)
        assert all(Path(f"/proc/{pid}").stat().st_uid != 0 for pid in pids)

    @pytest.mark.parametrize("as_nobody", [False, True], ids=["caller", "ordinary account"])
    def test_the_servers_end_when_their_parent_is_killed(
        self, open_directory: Path, as_nobody: bool
    ) -> None:
        # Without root the caller is an ordinary account already.
        prefix = AS_NOBODY if as_nobody and os.geteuid() == 0 else ()
        if prefix:
            os.chown(open_directory, NOBODY, NOBODY)
        parent = run_python(START_AND_WAIT, str(open_directory), prefix=prefix)
        assert parent.stdout is not None
        database_url, redis_url = parent.stdout.readline().strip(), parent.stdout.readline().strip()
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        with psycopg.connect(database_url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        with redis.Redis.from_url(redis_url) as client:
            assert client.ping()
        parent.send_signal(signal.SIGKILL)
        parent.wait()
        parent.stdout.close()
        wait_for(lambda: not any(is_alive(pid) for pid in pids), "the servers' end")
        assert not any(is_alive(pid) for pid in pids)


class TestPlacement:
    def test_a_closed_directory_above_cannot_be_passed(self, open_directory: Path) -> None:
        stranger = Account("stranger", uid=54321, gid=54321)
        closed = open_directory / "closed"
        closed.mkdir(mode=0o700)
        assert can_reach(open_directory / "data", stranger)
        assert not can_reach(closed / "data", stranger)

    def test_data_lies_where_it_was_asked_for_when_no_account_changes(self, tmp_path: Path) -> None:
        home = place_data(tmp_path / "data", None)
        assert home == tmp_path / "data"
        assert home.stat().st_mode & 0o777 == 0o700
        remove_data(tmp_path / "data")
        assert not home.exists()
