"""What one start is asked to do, and what must be settled before the first process runs."""

from collections.abc import Mapping
from dataclasses import dataclass

from demo.directory import DemoDirectory
from demo.environment import Kept
from demo.examination import (
    drop_database,
    examine_broker,
    examine_database,
    examine_stripe,
    redis_place,
)
from demo.given import Given, Unsuitable, without_exports
from demo.ports import LOOPBACK
from demo.progress import Progress

DEFAULT_PORT = 8000


@dataclass(frozen=True)
class Start:
    """The wishes of the caller; `environment` is what the processes inherit."""

    environment: dict[str, str]
    wanted_port: int
    is_fresh: bool
    given: Given


def read_start(environment: Mapping[str, str], progress: Progress) -> Start:
    """What the variables ask for. Raises ValueError or Unsuitable, each with a sentence."""
    wanted_port = chosen_port(environment.get("PORT", ""))
    own, other_demo = without_exports(environment)
    if other_demo is not None:
        progress.say(
            f"This shell works on the demo in {other_demo}; the DATABASE_*, REDIS_URL and STRIPE_* "
            "of that demo are left aside."
        )
    return Start(
        environment=own,
        wanted_port=wanted_port,
        is_fresh=environment.get("FRESH", "") not in {"", "0"},
        given=Given.read(own, base_url=f"http://{LOOPBACK}:{wanted_port}"),
    )


def chosen_port(text: str) -> int:
    """The port that PORT= names. Raises ValueError with a sentence."""
    if not text:
        return DEFAULT_PORT
    if not text.isdecimal() or not 1024 <= int(text) <= 65535:
        raise ValueError(f"PORT={text} is not a port. Choose a number from 1024 to 65535.")
    return int(text)


def prepare(directory: DemoDirectory, start: Start, progress: Progress) -> Kept:
    """Examines the given services, then does what FRESH asks for. Raises Unsuitable.

    Nothing of an earlier start is touched before everything has been found usable.
    """
    kept = Kept.load(directory.path)
    home = start.given.home(kept)
    if not start.is_fresh and kept.home not in {"", home}:
        raise Unsuitable(
            f"The data of this demo lies in {kept.home}; this start would use {home}. "
            "Start it with the same variables as before, or another one with DEMO_DIR=, or anew "
            "with FRESH=1."
        )
    has_same_home = kept.home == home
    has_made_database = kept.has_made_database and has_same_home
    if start.is_fresh:
        kept = kept.anew()
    kept.home, kept.has_made_database = home, has_made_database
    # What was in a given database before us is not ours to remove, not even for FRESH.
    is_ours = has_same_home and (has_made_database or not start.is_fresh)
    examine(start.given, kept, progress, is_ours=is_ours)
    if start.is_fresh:
        progress.say("Starting anew: the data of earlier starts is removed")
        directory.clear()
    kept.save(directory.path)
    if start.is_fresh and has_made_database and start.given.database is not None:
        drop_database(start.given.database.logins(kept))
    return kept


def examine(given: Given, kept: Kept, progress: Progress, *, is_ours: bool) -> None:
    """Looks at each given service, and says where it is. Raises Unsuitable."""
    if given.database is not None:
        with progress.step("PostgreSQL (DATABASE_URL)"):
            progress.detail(given.database.logins(kept).place)
            if examine_database(given.database, kept, is_ours=is_ours):
                kept.has_made_database = True
    if given.redis_url is not None:
        with progress.step("Redis or Valkey (REDIS_URL)"):
            progress.detail(redis_place(given.redis_url))
            examine_broker(given.redis_url)
    if given.stripe is not None:
        with progress.step("Stripe (STRIPE_SECRET_KEY)"):
            progress.detail(given.stripe.url)
            examine_stripe(given.stripe)
