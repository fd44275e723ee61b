"""What one demo keeps from start to start, and the environment that its processes run in."""

import json
import os
import secrets
import shlex
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit, urlunsplit

from demo.services import PostgresServer, ValkeyServer

DATABASE = "headroom"
OWNER_ROLE = "headroom_owner"
APP_ROLE = "headroom_app"
PIPELINE_ROLE = "headroom_pipeline"
KEPT = "kept.json"


def write_private(path: Path, text: str) -> None:
    """Replaces the file in one step; only its owner may read it."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    partial.touch(mode=0o600)
    partial.write_text(text)
    partial.replace(path)


def _token() -> str:
    return secrets.token_urlsafe(32)


@dataclass
class Kept:
    """Secrets and choices that stay the same as long as the demo's data does."""

    secret_key: str = field(default_factory=_token)
    owner_password: str = field(default_factory=_token)
    app_password: str = field(default_factory=_token)
    pipeline_password: str = field(default_factory=_token)
    stripe_secret_key: str = field(default_factory=lambda: f"sk_test_{secrets.token_hex(16)}")
    stripe_port: int = 0
    webhook_id: str = ""
    webhook_secret: str = ""

    @classmethod
    def load(cls, directory: Path) -> Self:
        """What an earlier start kept in `directory`, or new values."""
        path = directory / KEPT
        return cls(**json.loads(path.read_text())) if path.exists() else cls()

    def save(self, directory: Path) -> None:
        write_private(directory / KEPT, json.dumps(asdict(self), indent=2) + "\n")


def database_url(server: PostgresServer, role: str, password: str) -> str:
    """The address of the demo's database for one login role."""
    return f"postgresql://{role}:{password}@{server.host}:{server.port}/{DATABASE}"


def admin_url_of_database(server: PostgresServer) -> str:
    """The superuser's address of the demo's database, for those who want to look at everything."""
    return urlunsplit(urlsplit(server.superuser_url)._replace(path=f"/{DATABASE}"))


def process_environment(
    *,
    directory: Path,
    kept: Kept,
    postgres: PostgresServer,
    valkey: ValkeyServer,
    stripe_url: str,
    base_url: str,
) -> dict[str, str]:
    """The variables that make a process part of this demo."""
    return {
        "DJANGO_SETTINGS_MODULE": "config.settings.dev",
        "DEMO_DIR": str(directory),
        "BASE_URL": base_url,
        "SECRET_KEY": kept.secret_key,
        "DATABASE_URL": database_url(postgres, APP_ROLE, kept.app_password),
        "DATABASE_OWNER_URL": database_url(postgres, OWNER_ROLE, kept.owner_password),
        "DATABASE_PIPELINE_URL": database_url(postgres, PIPELINE_ROLE, kept.pipeline_password),
        "DATABASE_ADMIN_URL": postgres.superuser_url,
        "REDIS_URL": valkey.redis_url,
        "STRIPE_SECRET_KEY": kept.stripe_secret_key,
        "STRIPE_API_BASE": stripe_url,
        "STRIPE_WEBHOOK_SECRET": kept.webhook_secret,
        # A proxy of the machine cannot reach what listens on this machine only.
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
    }


def shell_exports(environment: Mapping[str, str]) -> str:
    """The environment as a file for `.` in a shell."""
    lines = [f"export {name}={shlex.quote(value)}" for name, value in environment.items()]
    return "\n".join(
        ["# Source this file, then `manage.py` works on the running demo.", *lines, ""]
    )


@dataclass(frozen=True)
class SignIn:
    """Somebody to sign in as."""

    role: str
    email: str
    password: str
    organization: str | None


@dataclass(frozen=True)
class Seed:
    """What the data set tells about itself in `seed.json`."""

    api_key: str
    sign_ins: tuple[SignIn, ...]

    @classmethod
    def load(cls, directory: Path) -> Self:
        """Reads what `load_demo` wrote."""
        document: dict[str, Any] = json.loads((directory / "seed.json").read_text())
        names = ("role", "email", "password", "organization")
        return cls(
            api_key=document["api_key"],
            sign_ins=tuple(
                SignIn(**{name: entry.get(name) for name in names})
                for entry in document["sign_ins"]
            ),
        )
