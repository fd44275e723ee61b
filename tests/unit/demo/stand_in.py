"""A project in miniature for the launcher: the same commands, next to no work behind them.

PostgreSQL, Valkey, uvicorn and Celery are the real ones.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.unit.demo.support import PATIENCE, ROOT

FILES = {
    "manage.py": """
import json, os, sys
from pathlib import Path
import psycopg
directory = Path(os.environ["DEMO_DIR"])
if sys.argv[1] == "prepare_database":
    with psycopg.connect(os.environ["DATABASE_ADMIN_URL"], autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname='headroom'").fetchone():
            connection.execute("CREATE DATABASE headroom")
            print("created")
else:
    url = os.environ["DATABASE_ADMIN_URL"].rpartition("/")[0] + "/headroom"
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS starts (n int)")
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
        else:
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
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("DEMO")}
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
