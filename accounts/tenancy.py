"""The tenant of the moment: which organization's rows the database shows.

Row-level security reads transaction-local settings; this module is the only place that writes
them. Every context opens a transaction, with which its values end, or a savepoint, at whose end it
restores the previous ones: releasing a savepoint does not undo `set_config`. A context inside an
equal one is its savepoint alone. A dashboard that reads from a replica has its context there
(`accounts.replica`).
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from accounts.domain.roles import StaffScope
from accounts.replica import reading_alias

_SETTINGS = (
    "app.organization_id",
    "app.user_id",
    "app.staff_scope",
    "app.portfolio",
    "app.api_key_prefix",
    "app.door",
    "app.departments",
)
_NUMBERS = range(len(_SETTINGS))
_SETS = ", ".join(f"set_config('{name}', %s, true)" for name in _SETTINGS)
_READS = ", ".join(
    f"coalesce(current_setting('{name}', true), '') AS was_{number}"
    for name, number in zip(_SETTINGS, _NUMBERS, strict=True)
)
_WAS = ", ".join(f"was_{number}" for number in _NUMBERS)
_WRITE = f"SELECT {_SETS}"
# What was is read to its end before anything is written.
_READ_AND_WRITE = (
    f"WITH before AS MATERIALIZED (SELECT {_READS}) SELECT {_WAS}, {_SETS} FROM before"  # noqa: S608
)


# What the innermost context of a connection told it, kept beside it: a connection is one thread's.
_HELD = "held_tenancy"


@dataclass(frozen=True, slots=True)
class _Values:
    organization_id: str = ""
    user_id: str = ""
    staff_scope: str = ""
    portfolio: str = ""
    api_key_prefix: str = ""
    door: str = ""
    departments: str = ""

    def as_row(self) -> tuple[str, ...]:
        return (
            self.organization_id,
            self.user_id,
            self.staff_scope,
            self.portfolio,
            self.api_key_prefix,
            self.door,
            self.departments,
        )


def _array(ids: Sequence[int]) -> str:
    return "{" + ",".join(str(i) for i in ids) + "}"


_narrowed: ContextVar[bool] = ContextVar("narrowed", default=False)


def is_narrowed() -> bool:
    """Tell whether some departments alone are shown: figures kept of the whole do not fit then."""
    return _narrowed.get()


@contextmanager
def _context(values: _Values) -> Iterator[None]:
    token = _narrowed.set(bool(values.departments))
    try:
        with _settings(values):
            yield
    finally:
        _narrowed.reset(token)


@contextmanager
def _settings(values: _Values) -> Iterator[None]:
    alias = reading_alias()
    connection = connections[alias]
    before: _Values | None = getattr(connection, _HELD, None)
    if connection.in_atomic_block and before == values:
        # A service that enters where its caller is already: the database need not be told.
        with transaction.atomic(using=alias):
            yield
        return
    setattr(connection, _HELD, values)
    try:
        with _told(connection, alias, values):
            yield
    finally:
        setattr(connection, _HELD, before)


@contextmanager
def _told(connection: BaseDatabaseWrapper, alias: str, values: _Values) -> Iterator[None]:
    if not connection.in_atomic_block:
        with transaction.atomic(using=alias):
            with connection.cursor() as cursor:
                cursor.execute(_WRITE, values.as_row())
            yield
        return
    with transaction.atomic(using=alias):
        with connection.cursor() as cursor:
            cursor.execute(_READ_AND_WRITE, values.as_row())
            previous = cursor.fetchone()[: len(_SETTINGS)]
        yield
        # An exception rolls the savepoint back, and the settings with it.
        if not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute(_WRITE, previous)


@contextmanager
def organization_context(
    organization_id: int,
    *,
    user_id: int | None = None,
    departments: Collection[int] | None = None,
) -> Iterator[None]:
    """Show and accept rows of one organization, in a transaction of its own or a savepoint.

    With `departments` people of others, and other departments, are not there; the reader is. That
    is for pages: a service counts seats and enters the whole organization.
    """
    with _context(
        _Values(
            organization_id=str(organization_id),
            user_id="" if user_id is None else str(user_id),
            departments="" if departments is None else _array(sorted(departments)),
        )
    ):
        yield


@contextmanager
def user_context(user_id: int) -> Iterator[None]:
    """Show a user's own memberships and the organizations they belong to; accept nothing."""
    with _context(_Values(user_id=str(user_id))):
        yield


@contextmanager
def staff_context(
    *, user_id: int, scope: StaffScope, portfolio: Sequence[int] = ()
) -> Iterator[None]:
    """Show rows of many organizations to the vendor's staff; accept writes to none of them.

    `portfolio` holds the organization ids that an account manager may see; it is ignored by the
    wider scopes. To write, a service enters `organization_context` of the one organization.
    """
    with _context(
        _Values(
            user_id=str(user_id),
            staff_scope=scope.value,
            portfolio=_array(portfolio),
        )
    ):
        yield


# Who a vendor-wide key reads as: no person.
VENDOR_KEY_USER_ID = 0


@contextmanager
def key_context(organization_id: int | None) -> Iterator[None]:
    """Show what an API key speaks for: its organization's rows, or those of all to the vendor."""
    if organization_id is None:
        context = staff_context(user_id=VENDOR_KEY_USER_ID, scope=StaffScope.ALL)
    else:
        context = organization_context(organization_id)
    with context:
        yield


@contextmanager
def api_key_context(prefix: str) -> Iterator[None]:
    """Show the one API key that has `prefix`, before anyone knows whose it is."""
    with _context(_Values(api_key_prefix=prefix)):
        yield


@contextmanager
def door_context(door: str) -> Iterator[None]:
    """Show the one proven domain or sign-in connection called `door`, before anyone signed in."""
    with _context(_Values(door=door)):
        yield
