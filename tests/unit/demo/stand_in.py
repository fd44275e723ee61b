"""A project in miniature for the launcher: the same commands, next to no work behind them.

PostgreSQL, Valkey, uvicorn and Celery are the real ones.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from demo.directory import DemoDirectory
from demo.environment import SERVICE_VARIABLES
from demo.launcher import answers
from demo.ports import LOOPBACK, any_free_port
from demo.supervisor import Supervisor, python
from tests.unit.demo.support import PATIENCE, ROOT

FILES = {
    "manage.py": """
import json, os, sys
from pathlib import Path
import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
directory = Path(os.environ["DEMO_DIR"])
owner = conninfo_to_dict(os.environ["DATABASE_OWNER_URL"])
if sys.argv[1] == "prepare_demo_database":
    if os.environ["DATABASE_ADMIN_URL"]:
        with psycopg.connect(os.environ["DATABASE_ADMIN_URL"], autocommit=True) as admin:
            for name in ("DATABASE_OWNER_URL", "DATABASE_URL", "DATABASE_PIPELINE_URL"):
                login = conninfo_to_dict(os.environ[name])
                known = admin.execute("SELECT FROM pg_roles WHERE rolname=%s", [login["user"]])
                verb = "ALTER" if known.rowcount else "CREATE"
                admin.execute(sql.SQL(verb + " ROLE {} LOGIN PASSWORD {}").format(
                    sql.Identifier(login["user"]), sql.Literal(login["password"])))
            name = owner["dbname"]
            if not admin.execute("SELECT FROM pg_database WHERE datname=%s", [name]).rowcount:
                admin.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(
                    sql.Identifier(name), sql.Identifier(owner["user"])))
                print("created")
else:
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"]) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS starts (n int)")
        connection.execute("GRANT SELECT ON starts TO PUBLIC")
        connection.execute("INSERT INTO starts VALUES (1)")
        print("starts:", connection.execute("SELECT count(*) FROM starts").fetchone()[0])
    (directory / "seed.json").write_text(json.dumps({
        "api_key": "hr_vendor",
        "sign_ins": [
            {"role": "admin", "email": "ada@lago.test", "password": "p1", "organization": "Lago"},
            {"role": "admin", "email": "cleo@nori.test", "password": "p2", "organization": "Nori"},
            {"role": "finance", "email": "fin@vendor.test", "password": "p3", "organization": None},
        ],
    }))
""",
    "config/__init__.py": """
import os
from celery import Celery
celery = Celery("config", broker=os.environ["REDIS_URL"])
""",
    "config/settings/__init__.py": "",
    "config/settings/dev.py": "SECRET_KEY = 'in miniature'",
    "config/asgi.py": """
async def application(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": scope["path"].encode()})
""",
    "stripe_sandbox/__main__.py": """
import json, sqlite3, sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs
port, path = int(sys.argv[2]), sys.argv[4]
store = sqlite3.connect(path)
store.execute("CREATE TABLE IF NOT EXISTS endpoint (url TEXT)")
class Handler(BaseHTTPRequestHandler):
    def answer(self, document):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(document).encode())
    def do_GET(self):
        self.answer([row[0] for row in store.execute("SELECT url FROM endpoint")])
    def do_POST(self):
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        if self.path == "/v1/webhook_endpoints":
            store.execute("INSERT INTO endpoint VALUES (?)", form["url"])
        elif self.path != "/_sandbox/clocks":
            store.execute("UPDATE endpoint SET url = ?", form["url"])
        store.commit()
        self.answer({"id": "we_1", "secret": "whsec_1"})
HTTPServer(("127.0.0.1", port), Handler).serve_forever()
""",
}
RUN = """
import sys
from pathlib import Path
from demo.launcher import main
sys.exit(main(Path(sys.argv[1])))
"""


def make_project(root: Path) -> Path:
    """Writes the project in miniature and returns its directory."""
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


class RunningDemo:
    """A launcher in a process of its own, with its output in a file."""

    def __init__(self, project: Path, **environment: str) -> None:
        self.project = project
        self.directory = Path(environment.get("DEMO_DIR", project / ".demo"))
        self._output = project / f"output-{time.monotonic_ns()}"
        # The services of the test run are not for the demo.
        ours = {*SERVICE_VARIABLES, "DEMO_DIR"}
        inherited = {key: value for key, value in os.environ.items() if key not in ours}
        with self._output.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-u", "-c", RUN, str(project)],
                cwd=ROOT,
                env=inherited | environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def output(self) -> str:
        return self._output.read_text()

    def until(self, text: str) -> str:
        """Waits until the output contains the text; fails when the launcher ends before."""
        deadline = time.monotonic() + PATIENCE
        while text not in self.output:
            has_ended = self.process.poll() is not None and text not in self.output
            assert not has_ended, self.output
            assert time.monotonic() < deadline, self.output
            time.sleep(0.05)
        return self.output

    def end(self, number: signal.Signals = signal.SIGINT) -> int:
        """Sends the signal and returns the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def children(self) -> list[int]:
        """The processes that the launcher has started."""
        tasks = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in tasks.read_text().split()]


type StartDemo = Callable[..., RunningDemo]


@contextmanager
def demos_of(project: Path) -> Iterator[StartDemo]:
    """Starts demos; at the end each is stopped and its data removed."""
    demos: list[RunningDemo] = []

    def start_demo(**environment: str) -> RunningDemo:
        demos.append(RunningDemo(project, **{"PORT": str(any_free_port()), **environment}))
        return demos[-1]

    try:
        yield start_demo
    finally:
        for demo in demos:
            demo.end()
        for path in {demo.directory for demo in demos}:
            directory = DemoDirectory(path)
            directory.take(print)
            directory.clear()
            directory.release()


def ready(demo: RunningDemo) -> dict[str, Any]:
    """What the ready file says, once there is one."""
    demo.until("ready http://")
    document: dict[str, Any] = json.loads((demo.directory / "ready.json").read_text())
    return document


def starts(document: dict[str, Any]) -> int:
    """How often the data set was loaded into the demo's database."""
    with psycopg.connect(document["database_url"]) as connection:
        row = connection.execute("SELECT count(*) FROM starts").fetchone()
    assert row is not None
    return int(row[0])


@dataclass(frozen=True)
class RealStripe:
    """The address of a Stripe sandbox, the real one, that no demo has started."""

    url: str


@contextmanager
def real_stripe(directory: Path) -> Iterator[RealStripe]:
    """Runs the sandbox with its state in the directory."""
    port = any_free_port()
    url = f"http://{LOOPBACK}:{port}"
    supervisor = Supervisor(ROOT, logs=directory)
    database = directory / "sandbox.sqlite3"
    command = python("-m", "stripe_sandbox", "--port", str(port), "--db", str(database))
    try:
        supervisor.start("stripe_sandbox", command, os.environ)
        supervisor.wait_until(lambda: answers(f"{url}/_sandbox/health"), "The sandbox", PATIENCE)
        yield RealStripe(url)
    finally:
        supervisor.stop(lambda name: None)
