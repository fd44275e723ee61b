"""Schemathesis over the whole OpenAPI file, against the product as it is deployed.

A web process serves the lean endpoints and Django; PostgreSQL, Valkey and the Stripe sandbox are
real. Parameters of addresses name objects that are there, so that most calls get past the address.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import yaml

from demo.ports import LOOPBACK, any_free_port
from tests.support.acme import Acme
from tests.support.waiting import wait_until
from tests.unit.demo.support import ROOT

OPENAPI = ROOT / "docs" / "openapi.yaml"
SEED = "20261122"
# Of good data `fuzz_hooks` judges. Bad data may meet a condition first that does not hold either.
CONFIG = """hooks = "tests.support.fuzz_hooks"
[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 406, 409, 412, 413, 415, 422, 428]
[parameters]
"""


@contextmanager
def served(directory: Path, *, stripe: str) -> Iterator[str]:
    """Serve the product from a process of its own; yield its address."""
    port = any_free_port()
    address = f"http://{LOOPBACK}:{port}"
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "STRIPE_API_BASE": stripe,
        "API_UNITS_PER_VENDOR_KEY": "100000000",
    }
    with ExitStack() as stack:
        log = stack.enter_context((directory / "web.log").open("wb"))
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "uvicorn", "config.asgi:application"),
                *("--host", LOOPBACK, "--port", str(port), "--log-level", "warning"),
            ],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        stack.callback(process.wait, timeout=20)
        stack.callback(process.terminate)
        with httpx.Client(trust_env=False, timeout=10) as http:

            def is_alive() -> bool:
                try:
                    return http.get(f"{address}/healthz").status_code == httpx.codes.OK
                except httpx.TransportError:
                    return False

            wait_until(is_alive, "the web process", seconds=150)
        yield address


def names_in_addresses(acme: Acme) -> dict[str, Any]:
    """Return what the parameters of addresses are, so that each names something that is there."""
    named = {
        name: value if isinstance(value, (int, str)) else str(value)
        for name, value in acme.objects.items()
    }
    return named | {"organization": acme.organization.external_id, "member": "ben"}


def config_of(named: dict[str, Any], *, follows_links: bool) -> str:
    """Return the configuration. Chains begin with these objects and go on with what was answered.

    A plain value would be put into every call, so that no chain ever reached what it had made.
    """
    if not follows_links:
        lines = [f'"path.{name}" = {json.dumps(value)}' for name, value in named.items()]
        return CONFIG + "\n".join(lines) + "\n"
    lines = [f'"path.{name}" = {{dictionary = "{name}", probability = 1.0}}' for name in named]
    values = [f"{name} = {{values = [{json.dumps(value)}]}}" for name, value in named.items()]
    return CONFIG + "\n".join([*lines, "[dictionaries]", *values]) + "\n"


def run_schemathesis(
    address: str,
    acme: Acme,
    directory: Path,
    *,
    phases: str,
    seconds: int,
    examples: int,
    tags: Sequence[str] = (),
) -> tuple[int, str]:
    """Run the phases with positive and negative data; return the exit code and the output.

    `tags` leaves only the operations under them. "stateful" has to be asked for alone.
    """
    config = directory / "schemathesis.toml"
    config.write_text(config_of(names_in_addresses(acme), follows_links=phases == "stateful"))
    schema = directory / "openapi.json"
    schema.write_text(json.dumps(yaml.load(OPENAPI.read_text(), yaml.CSafeLoader)))
    log = Path(os.environ.get("FUZZ_LOG", directory / "schemathesis.log"))
    with log.open("wb") as output:
        done = subprocess.run(
            [
                *(str(ROOT / ".venv/bin/schemathesis"), "--config-file", str(config), "run"),
                str(schema),
                *("--url", address),
                *("--header", f"Authorization: Bearer {acme.vendor_key}"),
                *("--phases", phases, "--mode", "all"),
                *("--checks", "all", "--exclude-checks", "positive_data_acceptance"),
                *("--workers", "2"),
                *("--seed", SEED, "--max-examples", str(examples), "--no-shrink"),
                *("--continue-on-failure", "--request-timeout", "30"),
                *(("--max-time", str(seconds)) if seconds else ()),
                *(part for tag in tags for part in ("--include-tag", tag)),
                *("--warnings", "off", "--output-truncate", "false"),
            ],
            cwd=directory,
            env=os.environ
            | {"NO_COLOR": "1", "COLUMNS": "140", "no_proxy": "*", "PYTHONPATH": str(ROOT)},
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    return done.returncode, log.read_text()
