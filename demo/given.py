"""Services that the caller gives in place of the demo's own: PostgreSQL, Redis or Valkey, Stripe.

DATABASE_URL, REDIS_URL and STRIPE_SECRET_KEY each stand for one. Here they are read and judged by
their form; `demo.examination` looks whether they can be used.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import unquote, urlsplit

from demo.client import is_on_this_machine
from demo.environment import (
    DATABASE,
    EXPORTS,
    MARK,
    SERVICE_VARIABLES,
    DatabaseLogins,
    Kept,
    StripeAccess,
    fingerprint,
)
from demo.stripe_webhooks import webhook_url

TEST_KEYS = ("sk_test_", "rk_test_")
LIVE_KEYS = ("sk_live_", "rk_live_")


class Unsuitable(Exception):
    """A given service cannot be used; the message says why, and the remedy."""


@dataclass(frozen=True)
class GivenDatabase:
    """A login that may create roles and a database; or the three logins of the product."""

    url: str
    owner_url: str = ""
    pipeline_url: str = ""
    admin_url: str = ""

    @property
    def is_derived(self) -> bool:
        """Whether the three logins are still to be made."""
        return not self.owner_url

    def logins(self, kept: Kept) -> DatabaseLogins:
        """The product's logins, with kept passwords where they are to be made."""
        if self.is_derived:
            name = unquote(urlsplit(self.url).path.strip("/")) or DATABASE
            return DatabaseLogins.derived(self.url, name, kept)
        return DatabaseLogins(
            app=self.url, owner=self.owner_url, pipeline=self.pipeline_url, admin=self.admin_url
        )


@dataclass(frozen=True)
class Given:
    """What the caller gives; None is left to the demo."""

    database: GivenDatabase | None = None
    redis_url: str | None = None
    stripe: StripeAccess | None = None

    @classmethod
    def read(cls, environment: Mapping[str, str], *, base_url: str) -> Self:
        """Reads the variables; `base_url` is where the web server is going to listen.

        Raises Unsuitable for those that contradict each other or could never work.
        """
        values = {name: environment.get(name, "") for name in SERVICE_VARIABLES}
        return cls(
            database=_database(values),
            redis_url=_checked(values, "REDIS_URL", ("redis", "rediss")) or None,
            stripe=_stripe(values, base_url),
        )

    def home(self, kept: Kept) -> str:
        """Where the demo's data lies, in words: a later start must find the same place."""
        database = "a PostgreSQL of its own"
        if self.database is not None:
            database = f"PostgreSQL at {self.database.logins(kept).place}"
        stripe = "the Stripe sandbox"
        if self.stripe is not None:
            stripe = f"Stripe at {self.stripe.url}"
        return f"{database} and {stripe}"


def without_exports(environment: Mapping[str, str]) -> tuple[dict[str, str], Path | None]:
    """The environment without what a demo's `env` file has put into it, and that demo's directory.

    A shell that works on one demo must not make the next one join its services. What the caller
    has set since then stays.
    """
    exported = set(environment.get(EXPORTS, "").split())
    left_aside = {
        name
        for name in SERVICE_VARIABLES
        if name in environment and fingerprint(name, environment[name]) in exported
    }
    own = {name: value for name, value in environment.items() if name not in left_aside}
    if any(environment[name] for name in left_aside):
        return own, Path(environment.get(MARK, ""))
    return own, None


def _database(values: Mapping[str, str]) -> GivenDatabase | None:
    names = ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_PIPELINE_URL", "DATABASE_ADMIN_URL")
    url, owner, pipeline, admin = (
        _checked(values, name, ("postgres", "postgresql")) for name in names
    )
    if not url and not (owner or pipeline or admin):
        return None
    if not url or bool(owner) != bool(pipeline) or (admin and not owner):
        raise Unsuitable(
            "Set DATABASE_URL alone, to a login that may create roles and a database; or "
            "DATABASE_URL, DATABASE_OWNER_URL and DATABASE_PIPELINE_URL together, and "
            f"DATABASE_ADMIN_URL with them if you like. Set are: {_set(values, names)}."
        )
    return GivenDatabase(url, owner, pipeline, admin)


def _stripe(values: Mapping[str, str], base_url: str) -> StripeAccess | None:
    names = ("STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", "STRIPE_API_BASE")
    key, webhook_secret, api_base = (values[name] for name in names)
    if not key:
        if webhook_secret or api_base:
            raise Unsuitable(
                f"{_set(values, names)} means nothing without STRIPE_SECRET_KEY. "
                "Set the key too, or none of them for the Stripe sandbox."
            )
        return None
    if key.startswith(LIVE_KEYS):
        raise Unsuitable(
            "STRIPE_SECRET_KEY is a live key, and a demo would charge real cards with it. "
            "Give a test key (sk_test_...)."
        )
    if not key.startswith(TEST_KEYS):
        raise Unsuitable("STRIPE_SECRET_KEY is not a secret test key (sk_test_...).")
    _checked(values, "STRIPE_API_BASE", ("http", "https"))
    access = StripeAccess(key, api_base.rstrip("/"), webhook_secret)
    if not webhook_secret and not is_on_this_machine(access.url):
        raise Unsuitable(
            f"Stripe cannot reach this machine at {webhook_url(base_url)}, so the webhooks must be "
            "forwarded. In another terminal run\n"
            f"    stripe listen --forward-to {webhook_url(base_url)}\n"
            "and start again with STRIPE_WEBHOOK_SECRET= set to the whsec_... that it prints."
        )
    return access


def _checked(values: Mapping[str, str], name: str, schemes: tuple[str, ...]) -> str:
    """The variable's value. Raises Unsuitable when it is set to something that is no address."""
    value = values[name]
    try:
        parts = urlsplit(value)
        is_address = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_address = False
    if value and not is_address:
        raise Unsuitable(f"{name} is not an address of the form {schemes[-1]}://host:port/...")
    return value


def _set(values: Mapping[str, str], names: tuple[str, ...]) -> str:
    return ", ".join(name for name in names if values[name])
