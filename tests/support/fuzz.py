"""Schemathesis over the whole OpenAPI file, against the product as it is deployed.

A web process serves the lean endpoints and Django; PostgreSQL, Valkey and the Stripe sandbox are
real. Parameters of addresses name objects that are there, so that most calls get past the address.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx

from demo.ports import LOOPBACK, any_free_port
from tests.support.acme import Acme
from tests.support.waiting import wait_until
from tests.unit.demo.support import ROOT

SEED = "20261122"
# Refused with good reason: the state decides, not the form of the data (docs/api.md).
EXCLUDED_CHECKS = "positive_data_acceptance"
# What a call may name in an address and a filter.
_NAMED = ("organization", "member")


@contextmanager
def served(directory: Path, *, stripe: str) -> Iterator[str]:
    """Serve the product from a process of its own; yield its address."""
    port = any_free_port()
    address = f"http://{LOOPBACK}:{port}"
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "STRIPE_API_BASE": stripe,
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


def run_schemathesis(
    address: str, acme: Acme, directory: Path, *, seconds: int, examples: int
) -> tuple[int, str]:
    """Run every phase with positive and negative data; return the exit code and the output."""
    named: dict[str, Any] = {
        name: value for name, value in acme.objects.items() if isinstance(value, (int, str))
    }
    named |= {name: str(value) for name, value in acme.objects.items() if name not in named}
    named |= {"organization": acme.organization.external_id, "member": "ben"}
    lines = [f"{name} = {json.dumps(value)}" for name, value in named.items()]
    lines = [f'"path.{line.partition(" ")[0]}" {line.partition(" ")[2]}' for line in lines]
    config = directory / "schemathesis.toml"
    config.write_text("[parameters]\n" + "\n".join(lines) + "\n")
    log = Path(os.environ.get("FUZZ_LOG", directory / "schemathesis.log"))
    with log.open("wb") as output:
        done = subprocess.run(
            [
                *(str(ROOT / ".venv/bin/schemathesis"), "--config-file", str(config), "run"),
                f"{address}/api/v1/schema/?format=json",
                *("--url", address),
                *("--header", f"Authorization: Bearer {acme.vendor_key}"),
                *("--phases", "examples,coverage,fuzzing,stateful", "--mode", "all"),
                *("--checks", "all", "--exclude-checks", EXCLUDED_CHECKS),
                *("--seed", SEED, "--max-examples", str(examples), "--no-shrink"),
                *("--continue-on-failure", "--max-time", str(seconds), "--request-timeout", "30"),
                *("--warnings", "off", "--output-truncate", "false"),
            ],
            cwd=directory,
            env=os.environ | {"NO_COLOR": "1", "COLUMNS": "140", "no_proxy": "*"},
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    return done.returncode, log.read_text()
