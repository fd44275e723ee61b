"""What one demo keeps from start to start, and the environment that its processes run in."""

import hashlib
import json
import os
import secrets
import shlex
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote, unquote, urlsplit, urlunsplit

DATABASE = "headroom"
OWNER_ROLE = "headroom_owner"
APP_ROLE = "headroom_app"
PIPELINE_ROLE = "headroom_pipeline"
KEPT = "kept.json"
MARK = "HEADROOM_DEMO"
# Where examples/vendor_app runs; its pages report usage.
EXAMPLE_PORTS = range(8200, 8210)
EXPORTS = "HEADROOM_DEMO_EXPORTS"
SERVICE_VARIABLES = (
    "DATABASE_URL",
    "DATABASE_OWNER_URL",
    "DATABASE_PIPELINE_URL",
    "DATABASE_ADMIN_URL",
    "REDIS_URL",
    "STRIPE_SECRET_KEY",
    "STRIPE_API_BASE",
    "STRIPE_WEBHOOK_SECRET",
)


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
    """Secrets and choices that stay the same as long as the demo's data does.

    `home` says where that data lies; `has_made_database` that it may go with the demo.
    """

    secret_key: str = field(default_factory=_token)
    owner_password: str = field(default_factory=_token)
    app_password: str = field(default_factory=_token)
    pipeline_password: str = field(default_factory=_token)
    stripe_secret_key: str = field(default_factory=lambda: f"sk_test_{secrets.token_hex(16)}")
    stripe_port: int = 0
    webhook_id: str = ""
    webhook_secret: str = ""
    home: str = ""
    has_made_database: bool = False

    @classmethod
    def load(cls, directory: Path) -> Self:
        """What an earlier start kept in `directory`, or new values."""
        path = directory / KEPT
        return cls(**json.loads(path.read_text())) if path.exists() else cls()

    def anew(self) -> Self:
        """The values for starting anew. What given services know of us stays: roles, endpoint."""
        return type(self)(
            webhook_id=self.webhook_id,
            webhook_secret=self.webhook_secret,
            owner_password=self.owner_password,
            app_password=self.app_password,
            pipeline_password=self.pipeline_password,
        )

    def save(self, directory: Path) -> None:
        write_private(directory / KEPT, json.dumps(asdict(self), indent=2) + "\n")


@dataclass(frozen=True)
class DatabaseLogins:
    """The product's three logins to one database.

    `admin` may create roles and databases, and names a database that always exists; it is empty
    where nobody has given one.
    """

    app: str
    owner: str
    pipeline: str
    admin: str = ""

    @classmethod
    def derived(cls, admin_url: str, name: str, kept: Kept) -> Self:
        """Logins with kept passwords to the database `name` on the server of `admin_url`."""
        admin = urlsplit(admin_url)._replace(path="/postgres")
        place = admin.netloc.rpartition("@")[2]

        def login(role: str, password: str) -> str:
            netloc = f"{role}:{password}@{place}"
            return urlunsplit(admin._replace(netloc=netloc, path=f"/{quote(name, safe='')}"))

        return cls(
            app=login(APP_ROLE, kept.app_password),
            owner=login(OWNER_ROLE, kept.owner_password),
            pipeline=login(PIPELINE_ROLE, kept.pipeline_password),
            admin=urlunsplit(admin),
        )

    @property
    def name(self) -> str:
        """The database's name."""
        return unquote(urlsplit(self.owner).path.strip("/"))

    @property
    def owner_role(self) -> str:
        """The role that owns the database and its tables."""
        return unquote(urlsplit(self.owner).username or "")

    @property
    def host(self) -> str:
        """Host and port, without any password."""
        address = urlsplit(self.owner)
        return f"{address.hostname}:{address.port or 5432}"

    @property
    def place(self) -> str:
        """Host, port and database, without any password."""
        return f"{self.host}/{self.name}"

    @property
    def reading(self) -> str:
        """For those who want to look at everything: the widest login to the database."""
        if not self.admin:
            return self.pipeline
        return urlunsplit(urlsplit(self.admin)._replace(path=urlsplit(self.owner).path))


@dataclass(frozen=True)
class StripeAccess:
    """How the product reaches Stripe. An empty `api_base` is Stripe itself."""

    secret_key: str
    api_base: str = ""
    webhook_secret: str = ""

    @property
    def url(self) -> str:
        """The address of the API."""
        return self.api_base or "https://api.stripe.com"


def process_environment(
    *,
    directory: Path,
    kept: Kept,
    database: DatabaseLogins,
    redis_url: str,
    stripe: StripeAccess,
    base_url: str,
) -> dict[str, str]:
    """The variables that make a process part of this demo."""
    services = {
        "DATABASE_URL": database.app,
        "DATABASE_OWNER_URL": database.owner,
        "DATABASE_PIPELINE_URL": database.pipeline,
        "DATABASE_ADMIN_URL": database.admin,
        "REDIS_URL": redis_url,
        "STRIPE_SECRET_KEY": stripe.secret_key,
        "STRIPE_API_BASE": stripe.api_base,
        "STRIPE_WEBHOOK_SECRET": stripe.webhook_secret,
    }
    return {
        "DJANGO_SETTINGS_MODULE": "config.settings.dev",
        "DEMO_DIR": str(directory),
        "BASE_URL": base_url,
        "SECRET_KEY": kept.secret_key,
        "BROWSER_ORIGINS": ",".join(f"http://127.0.0.1:{port}" for port in EXAMPLE_PORTS),
        **services,
        MARK: str(directory),
        EXPORTS: " ".join(fingerprint(name, value) for name, value in services.items()),
        # A proxy of the machine cannot reach what listens on this machine only.
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
    }


def fingerprint(name: str, value: str) -> str:
    """By which a later launcher knows a variable that comes from a demo's `env` file."""
    return hashlib.sha256(f"{name}={value}".encode()).hexdigest()[:16]


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
