"""Objects in SQLite, as documents in Stripe's own shape.

A key that starts with an underscore is the sandbox's own note and never leaves it. `_due` is the
second at which something happens to the object by itself (renewal, finalization, retry, expiry);
the clock module works through these in time order. Inside a transaction an object is one Python
dict however often it is read, so that two readers never overwrite each other.
"""

import json
import secrets
import sqlite3
import string
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

type Doc = dict[str, Any]

SCHEMA = """
create table if not exists objects (
  seq integer primary key autoincrement,
  id text not null unique,
  kind text not null,
  body text not null,
  customer text generated always as (json_extract(body, '$.customer')) virtual,
  subscription text generated always as
    (coalesce(json_extract(body, '$._subscription'), json_extract(body, '$.subscription'))) virtual,
  invoice text generated always as (json_extract(body, '$.invoice')) virtual,
  clock text generated always as (coalesce(json_extract(body, '$.test_clock'), '')) virtual,
  due integer generated always as (json_extract(body, '$._due')) virtual
);
create index if not exists objects_by_kind on objects (kind, seq);
create index if not exists objects_by_customer on objects (customer, kind)
  where customer is not null;
create index if not exists objects_by_subscription on objects (subscription, kind)
  where subscription is not null;
create index if not exists objects_by_invoice on objects (invoice, kind) where invoice is not null;
create index if not exists objects_due on objects (clock, due, seq) where due is not null;
create table if not exists idempotency (
  key text primary key, request text not null, status integer not null, body text not null,
  request_id text not null, created integer not null
);
create table if not exists deliveries (
  id integer primary key autoincrement,
  event text not null, endpoint text not null, attempt integer not null default 0,
  due real not null, state text not null, status integer, error text, at real
);
create index if not exists deliveries_due on deliveries (state, due, id);
create table if not exists requests (
  id text primary key, at real not null, method text not null, path text not null,
  status integer not null, idempotency_key text, replayed integer not null, params text not null,
  error text
);
create table if not exists settings (name text primary key, value text not null);
"""

COLUMNS = {"customer", "subscription", "invoice", "clock"}
END, PORTION = 2**62, 200
ALPHABET = string.ascii_letters + string.digits


def new_id(prefix: str, length: int = 24) -> str:
    return prefix + "".join(secrets.choice(ALPHABET) for _ in range(length))


class Store:
    """One connection; the caller holds one lock around every use of it."""

    def __init__(self, path: str | Path) -> None:
        self.db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self.db.execute("pragma journal_mode = wal")
        self.db.execute("pragma synchronous = normal")
        self.db.executescript(SCHEMA)
        self._loaded: dict[str, Doc] = {}

    def close(self) -> None:
        self.db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self._loaded.clear()
        self.db.execute("begin immediate")
        try:
            yield
        except BaseException:
            self.db.execute("rollback")
            raise
        else:
            self.db.execute("commit")
        finally:
            self._loaded.clear()

    @contextmanager
    def rehearsal(self) -> Iterator[None]:
        """Whatever is written inside is undone at the end, and only that."""
        self.db.execute("savepoint rehearsal")
        try:
            yield
        finally:
            self.db.execute("rollback to rehearsal")
            self.db.execute("release rehearsal")
            self._loaded.clear()

    def insert(self, doc: Doc) -> Doc:
        self.db.execute(
            "insert into objects (id, kind, body) values (?, ?, ?)",
            (doc["id"], doc["object"], json.dumps(doc)),
        )
        self._loaded[doc["id"]] = doc
        return doc

    def save(self, doc: Doc) -> Doc:
        self.db.execute("update objects set body = ? where id = ?", (json.dumps(doc), doc["id"]))
        self._loaded[doc["id"]] = doc
        return doc

    def delete(self, identifier: str) -> None:
        self.db.execute("delete from objects where id = ?", (identifier,))
        self._loaded.pop(identifier, None)

    def get(self, kind: str, identifier: str) -> Doc | None:
        doc = self.find(identifier)
        return doc if doc is not None and doc["object"] == kind else None

    def find(self, identifier: str) -> Doc | None:
        if identifier in self._loaded:
            return self._loaded[identifier]
        row = self.db.execute("select body from objects where id = ?", (identifier,)).fetchone()
        return self._load(row[0]) if row else None

    def seq(self, identifier: str) -> int | None:
        row = self.db.execute("select seq from objects where id = ?", (identifier,)).fetchone()
        return int(row[0]) if row else None

    def all(self, kind: str, *, newest_first: bool = False, **where: str | None) -> list[Doc]:
        """Objects of a kind; `where` takes the indexed columns, or any top-level field."""
        return list(self.scan(kind, where, newest_first=newest_first))

    def scan(
        self,
        kind: str,
        where: Mapping[str, str | None] | None = None,
        *,
        newest_first: bool = False,
        before: int | None = None,
        after: int | None = None,
    ) -> Iterator[Doc]:
        """Objects one by one, read in portions; `before` and `after` bound their sequence."""
        clauses, values = ["kind = ?"], [kind]
        for name, value in (where or {}).items():
            if value is not None:
                column = name if name in COLUMNS else f"json_extract(body, '$.{name}')"
                clauses.append(f"{column} = ?")
                values.append(value)
        order, compare = ("desc", "<") if newest_first else ("asc", ">")
        low, high = after or 0, before if before is not None else END
        last = high if newest_first else low
        query = (
            f"select seq, id, body from objects where {' and '.join(clauses)} "  # noqa: S608
            f"and seq > ? and seq < ? and seq {compare} ? order by seq {order} limit {PORTION}"
        )
        while rows := self.db.execute(query, (*values, low, high, last)).fetchall():
            for seq, identifier, body in rows:
                last = seq
                yield self._loaded.get(identifier) or self._load(body)

    def first_due(self, clock: str, until: int) -> Doc | None:
        row = self.db.execute(
            "select id from objects where clock = ? and due <= ? order by due, seq limit 1",
            (clock, until),
        ).fetchone()
        return self.find(row[0]) if row else None

    def of_clock(self, clock: str) -> list[Doc]:
        rows = self.db.execute("select id from objects where clock = ?", (clock,)).fetchall()
        return [doc for (identifier,) in rows if (doc := self.find(identifier))]

    def setting(self, name: str, default: Any = None) -> Any:
        row = self.db.execute("select value from settings where name = ?", (name,)).fetchone()
        return json.loads(row[0]) if row else default

    def set_setting(self, name: str, value: Any) -> None:
        self.db.execute(
            "insert or replace into settings values (?, ?)",
            (name, json.dumps(value)),
        )

    def reset(self) -> None:
        for table in ("objects", "idempotency", "deliveries", "requests", "settings"):
            self.db.execute(f"delete from {table}")  # noqa: S608
        self._loaded.clear()

    def _load(self, body: str) -> Doc:
        doc: Doc = json.loads(body)
        self._loaded[doc["id"]] = doc
        return doc
