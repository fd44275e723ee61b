"""Every check of the code by its name: `python -m scripts.checks lint` or `... test`.

All of them run, even when one fails; two at a time, because each is slow on its own. The tests
follow after the last, so that they have the machine to themselves.
"""
# ruff: noqa: S603, T201

import os
import subprocess
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
PRODUCT = (
    "accounts",
    "identity",
    "sso",
    "integrations",
    "seats",
    "billing",
    "provisioning",
    "procurement",
    "trueups",
    "signals",
    "config",
)
# Enough for the settings of a deployment to load. Nothing is connected to.
DEPLOYMENT = {
    "DJANGO_SETTINGS_MODULE": "config.settings.prod",
    "SECRET_KEY": "0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "ALLOWED_HOSTS": "seats.example.com",
    "BASE_URL": "https://seats.example.com",
    "DATABASE_URL": "postgres://headroom_app:none@127.0.0.1:1/headroom",
    "DATABASE_OWNER_URL": "postgres://headroom_owner:none@127.0.0.1:1/headroom",
    "DATABASE_PIPELINE_URL": "postgres://headroom_pipeline:none@127.0.0.1:1/headroom",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "EMAIL_URL": "smtp://127.0.0.1:1",
    "STRIPE_SECRET_KEY": "sk_live_0123456789abcdefghijklmn",
    "STRIPE_WEBHOOK_SECRET": "whsec_0123456789abcdefghijklmn",
    "STRIPE_API_BASE": "",
}
TESTING = {"DJANGO_SETTINGS_MODULE": "config.settings.test"}


@dataclass(frozen=True)
class Check:
    """One command with the name that people read."""

    name: str
    command: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """What a check said, and how long it took in seconds."""

    check: Check
    passed: bool
    output: str
    seconds: float


def tool(name: str, *arguments: str) -> tuple[str, ...]:
    return (str(BIN / name), *arguments)


def python(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, *arguments)


def checks() -> list[Check]:
    """Every check but the tests, the slowest first."""
    return [
        Check("types (mypy)", tool("mypy", "."), TESTING),
        Check("style (ruff check)", tool("ruff", "check", ".")),
        Check("format (ruff format)", tool("ruff", "format", "--check", ".")),
        Check("imports (lint-imports)", tool("lint-imports")),
        Check(
            "templates (djade)", tool("djade", "--check", "--target-version", "6.1", *templates())
        ),
        Check(
            "dependencies (deptry)",
            tool("deptry", *PRODUCT, "--no-ansi", "--config", "scripts/deptry.toml"),
        ),
        Check(
            "migrations (makemigrations --check)",
            python("manage.py", "makemigrations", "--check", "--dry-run"),
            TESTING,
        ),
        Check(
            "deployment (check --deploy)",
            python("manage.py", "check", "--deploy", "--fail-level", "WARNING"),
            DEPLOYMENT,
        ),
        Check("translations (catalogs complete)", python("-m", "scripts.check_translations")),
    ]


def templates() -> list[str]:
    """The templates that git knows or would add."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", "*.html"],  # noqa: S607
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return [file for file in listing.split("\0") if "templates/" in file and (ROOT / file).exists()]


def run(check: Check) -> Outcome:
    """Runs one check. DEMO_DIR and the like of the caller must not change what it finds."""
    started = time.monotonic()
    inherited = {key: value for key, value in os.environ.items() if key not in DEPLOYMENT}
    done = subprocess.run(
        check.command,
        cwd=ROOT,
        env=inherited | check.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    return Outcome(check, done.returncode == 0, done.stdout, time.monotonic() - started)


def report(outcome: Outcome) -> None:
    """One line for a check that passed; for one that failed, its output too."""
    verdict = "ok    " if outcome.passed else "FAILED"
    print(f"{verdict} {outcome.check.name} ({outcome.seconds:.1f} s)", flush=True)
    if not outcome.passed:
        print("\n".join(f"    {line}" for line in outcome.output.splitlines()), flush=True)


def lint() -> list[str]:
    """Runs every check and returns the names of those that failed."""
    failed = []
    with ThreadPoolExecutor(max_workers=2) as pool:
        for outcome in pool.map(run, checks()):
            report(outcome)
            if not outcome.passed:
                failed.append(outcome.check.name)
    return failed


def test(arguments: Iterable[str]) -> list[str]:
    """Runs the tests with their output shown as it comes."""
    print("tests (pytest)", flush=True)
    # One worker more than cores: a test waits for servers and browsers a good part of its time.
    command = python("-m", "pytest", "-n", "3", "--no-loadscope-reorder", *arguments)
    inherited = {key: value for key, value in os.environ.items() if key not in DEPLOYMENT}
    return ["tests (pytest)"] if subprocess.run(command, cwd=ROOT, env=inherited).returncode else []


def main(arguments: list[str]) -> int:
    """Returns the exit code: 0 when everything passed."""
    goal, *rest = arguments or ["lint"]
    failed = lint()
    if goal == "test":
        failed += test(rest)
    if failed:
        print(f"\nFailed: {', '.join(failed)}.")
        return 1
    print("\nEverything passed.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
