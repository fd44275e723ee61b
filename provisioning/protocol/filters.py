"""SCIM filters and sort orders as SQL over the tables of the directory.

Agrees with the library's own evaluation in memory (`ScimFilter.match`), which the tests hold it to:
a value that is missing equals nothing but null, `ne` on several values says that none is equal, and
strings are compared in their folded form. Everything is one condition of one statement; values are
parameters.
"""

# ruff: noqa: S608 - identifiers are constants of this module, values are parameters

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from pydantic import BaseModel
from scim2_models import InvalidFilterException, Resource, ScimFilter, SearchRequest
from scim2_models.path import (
    AttributeBinding,
    AttrPath,
    CompareOperator,
    Comparison,
    FilterNode,
    FilterVisitor,
    LogicalExpr,
    LogicalOperator,
    Not,
    Present,
    ValuePath,
)
from scim2_models.path.resolution import _resolve_filter_path, coerce_value

from provisioning.protocol.folding import PRESENT, folded_text
from provisioning.protocol.provider import GROUP_MODEL, POLICY, USER_MODEL


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of SQL and its parameters, in order."""

    sql: str
    params: tuple[Any, ...] = ()


TRUE: Final = Fragment("true")
FALSE: Final = Fragment("false")


@dataclass(frozen=True, slots=True)
class Array:
    """Where the entries of a multi-valued attribute are read from, when not from the document.

    `subs` are their sub-attributes as SQL text; the others have no value.
    """

    source: str
    subs: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """A table of resources: attributes that are not in the document, by their Python path."""

    name: str
    model: type[Resource[Any]]
    texts: Mapping[tuple[str, ...], str]
    times: Mapping[tuple[str, ...], str]
    arrays: Mapping[str, Array] = field(default_factory=dict)


def _constant(text: str) -> str:
    return f"'{folded_text(text)}'"


_USER: Final = "provisioning_directoryuser"
_GROUP: Final = "provisioning_directorygroup"
_MEMBER: Final = "provisioning_directorygroupmember"

USERS: Final = Table(
    name=_USER,
    model=USER_MODEL,
    texts={
        ("id",): f"{_USER}.scim_id",
        ("user_name",): f"{_USER}.user_name_key",
        ("external_id",): f"nullif({_USER}.external_id, '')",
        ("active",): (
            "(SELECT CASE WHEN m.state = 'deactivated' THEN 'false' "
            f"WHEN {_USER}.search->'active' IS NOT NULL THEN 'true' END "
            f"FROM accounts_membership m WHERE m.id = {_USER}.membership_id)"
        ),
        ("meta", "resource_type"): _constant("User"),
        ("meta", "location"): "NULL::text",
        ("meta", "version"): f"{_USER}.version::text",
    },
    times={
        ("meta", "created"): f"{_USER}.created_at",
        ("meta", "last_modified"): f"{_USER}.modified_at",
    },
    arrays={
        "groups": Array(
            source=(
                f"{_MEMBER} e JOIN {_GROUP} g ON g.id = e.group_id WHERE e.user_id = {_USER}.id"
            ),
            subs={
                "value": "g.scim_id",
                "display": "g.search->>'display_name'",
                "type": "'direct'",
                "ref": "('groups/' || g.scim_id)",
            },
        )
    },
)
GROUPS: Final = Table(
    name=_GROUP,
    model=GROUP_MODEL,
    texts={
        ("id",): f"{_GROUP}.scim_id",
        ("meta", "resource_type"): _constant("Group"),
        ("meta", "location"): "NULL::text",
        ("meta", "version"): f"{_GROUP}.version::text",
    },
    times={
        ("meta", "created"): f"{_GROUP}.created_at",
        ("meta", "last_modified"): f"{_GROUP}.modified_at",
    },
    arrays={
        "members": Array(
            source=f"{_MEMBER} e WHERE e.group_id = {_GROUP}.id",
            subs={
                "value": "e.value",
                "type": "lower(e.document->>'type')",
                "display": "lower(e.document->>'display')",
                "ref": "lower(e.document->>'$ref')",
            },
        )
    },
)


def where(scim_filter: ScimFilter[Any] | None, table: Table) -> Fragment:
    """Return the condition under which a row of `table` matches the filter."""
    if scim_filter is None:
        return TRUE
    with POLICY:
        return _Condition(table).visit(scim_filter.ast)


def order(search_request: SearchRequest[Any], table: Table) -> str:
    """Return the expression that rows are sorted by, as text; NULL where there is no value."""
    binding = search_request.sort_binding(table.model)
    if binding is None:
        return "NULL::text"
    path = _path(binding)
    if path in table.times:
        return f"to_char({table.times[path]} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US')"
    if binding.is_multivalued:
        entries, sub = _entries(table, binding)
        if entries is None or sub is None:
            return "NULL::text"
        if binding.field_name in table.arrays:
            return f"(SELECT {sub} FROM {entries} ORDER BY e.id LIMIT 1)"
        return (
            f"(SELECT {sub} FROM {entries} ORDER BY "
            "coalesce(e.value->>'primary', 'false') = 'true' DESC, e.ordinality LIMIT 1)"
        )
    return _scalar(table, binding)


def _path(binding: AttributeBinding) -> tuple[str, ...]:
    names = (binding.field_name, binding.sub_field_name)
    return tuple(name for name in names if name)


def _document_path(table: Table, binding: AttributeBinding) -> tuple[str, ...]:
    path = _path(binding)
    return path if issubclass(table.model, binding.model) else (binding.model.__name__, *path)


def _scalar(table: Table, binding: AttributeBinding) -> str:
    path = _path(binding)
    if path in table.texts:
        return table.texts[path]
    inner = ",".join(_document_path(table, binding))
    return f"({table.name}.search #>> '{{{inner}}}')"


def _entries(table: Table, binding: AttributeBinding) -> tuple[str | None, str | None]:
    """Return where the entries come from and the text of the compared sub-attribute."""
    array = table.arrays.get(binding.field_name)
    if array is not None:
        return array.source, array.subs.get(binding.sub_field_name or "value")
    inner = ",".join(_document_path(table, binding)[: -1 if binding.sub_field_name else None])
    source = (
        f"jsonb_array_elements(CASE jsonb_typeof({table.name}.search #> '{{{inner}}}') "
        f"WHEN 'array' THEN {table.name}.search #> '{{{inner}}}' END) WITH ORDINALITY e"
    )
    sub = (
        f"(e.value->>'{binding.sub_field_name}')" if binding.sub_field_name else "(e.value#>>'{}')"
    )
    return source, sub


def _is_missing(table: Table, binding: AttributeBinding) -> str:
    """Return the condition under which a multi-valued attribute has no list at all."""
    array = table.arrays.get(binding.field_name)
    if array is not None:
        return f"NOT EXISTS (SELECT 1 FROM {array.source})"
    inner = ",".join(_document_path(table, binding)[: -1 if binding.sub_field_name else None])
    return f"({table.name}.search #> '{{{inner}}}') IS NULL"


def _operand(binding: AttributeBinding, node: Comparison) -> Any:
    """Return what is compared with, as text in its folded form; datetimes and None as they are."""
    value = coerce_value(binding, node.value, node.op)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if value is None or isinstance(value, datetime):
        return value
    text = str(value)
    if "\x00" in text:
        raise InvalidFilterException(detail="A value of the filter holds a NUL character")
    return folded_text(text, is_exact=binding.case_exact)


_SYMBOLS: Final = {
    CompareOperator.gt: ">",
    CompareOperator.ge: ">=",
    CompareOperator.lt: "<",
    CompareOperator.le: "<=",
}


def _compare(text: str, op: CompareOperator, value: Any) -> Fragment:
    """Compare one value, given as SQL text, as the library does."""
    if value is None:
        match op:
            case CompareOperator.eq:
                return Fragment(f"{text} IS NULL")
            case CompareOperator.ne:
                return Fragment(f"{text} IS NOT NULL")
            case _:
                return FALSE
    match op:
        case CompareOperator.eq:
            return Fragment(f"coalesce({text} = %s, false)", (value,))
        case CompareOperator.ne:
            return Fragment(f"{text} IS DISTINCT FROM %s", (value,))
        case CompareOperator.co:
            return Fragment(f"coalesce(position(%s in {text}) > 0, false)", (value,))
        case CompareOperator.sw:
            return Fragment(f"coalesce(starts_with({text}, %s), false)", (value,))
        case CompareOperator.ew:
            return Fragment(f"coalesce(right({text}, length(%s)) = %s, false)", (value, value))
        case _:
            return Fragment(f'coalesce({text} COLLATE "C" {_SYMBOLS[op]} %s, false)', (value,))


def _compare_time(column: str, op: CompareOperator, value: Any) -> Fragment:
    if value is None:
        return _compare(column, op, None)
    if not isinstance(value, datetime):
        return FALSE
    if op in _SYMBOLS:
        return Fragment(f"{column} {_SYMBOLS[op]} %s", (value,))
    if op in (CompareOperator.eq, CompareOperator.ne):
        return Fragment(f"{column} {'=' if op == CompareOperator.eq else '<>'} %s", (value,))
    return FALSE


class _Visitor(FilterVisitor[Fragment]):
    """What conditions over resources and over entries of a list have in common."""

    def visit_not(self, node: Not) -> Fragment:
        inner = self.visit(node.expr)
        return Fragment(f"NOT ({inner.sql})", inner.params)

    def visit_logical_expr(self, node: LogicalExpr) -> Fragment:
        parts = [self.visit(term) for term in node.terms]
        joiner = " AND " if node.op == LogicalOperator.and_ else " OR "
        return Fragment(
            "(" + joiner.join(part.sql for part in parts) + ")",
            tuple(param for part in parts for param in part.params),
        )


class _Condition(_Visitor):
    """The condition over a row of a table."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def _bound(self, path: AttrPath, *, for_comparison: bool) -> AttributeBinding | None:
        return _resolve_filter_path(
            self.table.model, path, strict=False, for_comparison=for_comparison
        )

    def visit_comparison(self, node: Comparison) -> Fragment:
        binding = self._bound(node.attr_path, for_comparison=True)
        if binding is None:
            return FALSE
        value = _operand(binding, node)
        path = _path(binding)
        if path in self.table.times:
            return _compare_time(self.table.times[path], node.op, value)
        is_complex = (
            binding.target_type is not None
            and isinstance(binding.target_type, type)
            and issubclass(binding.target_type, BaseModel)
        )
        if is_complex or binding.field_name == "password":
            return _compare("NULL::text", node.op, value)
        if not self._is_computed(binding) and node.op == CompareOperator.eq:
            contained = self._contained(binding, value)
            if contained is not None:
                return contained
        if not binding.is_multivalued:
            return _compare(_scalar(self.table, binding), node.op, value)
        return self._compare_entries(binding, node.op, value)

    def _is_computed(self, binding: AttributeBinding) -> bool:
        return (
            _path(binding) in self.table.texts
            or binding.field_name in self.table.arrays
            or binding.field_name == "meta"
        )

    def _contained(self, binding: AttributeBinding, value: Any) -> Fragment | None:
        """Return equality with a string as containment, which the index on the document answers."""
        if not isinstance(value, str) or binding.target_type is bool:
            return None
        inside: Any = value
        path = _document_path(self.table, binding)
        if binding.is_multivalued:
            inside = [{path[-1]: inside}] if binding.sub_field_name else [inside]
            path = path[:-1] if binding.sub_field_name else path
        for name in reversed(path):
            inside = {name: inside}
        return Fragment(f"{self.table.name}.search @> %s::jsonb", (json.dumps(inside),))

    def _compare_entries(
        self, binding: AttributeBinding, op: CompareOperator, value: Any
    ) -> Fragment:
        missing = _is_missing(self.table, binding)
        entries, sub = _entries(self.table, binding)
        one = _compare(sub or "NULL::text", op, value)
        found = f"EXISTS (SELECT 1 FROM {_and(entries or '', one.sql)})"
        if op == CompareOperator.ne:
            none_equal = f"NOT EXISTS (SELECT 1 FROM {_and(entries or '', f'NOT ({one.sql})')})"
            if value is None:
                return Fragment(f"(NOT ({missing}) AND {none_equal})", one.params)
            return Fragment(f"({missing} OR {none_equal})", one.params)
        if value is None and op == CompareOperator.eq:
            return Fragment(f"({missing} OR {found})", one.params)
        return Fragment(found, one.params)

    def visit_present(self, node: Present) -> Fragment:
        binding = self._bound(node.attr_path, for_comparison=False)
        if binding is None or binding.field_name == "password":
            return FALSE
        path = _path(binding)
        if path in self.table.times or path == ("meta",):
            return TRUE
        array = self.table.arrays.get(binding.field_name)
        if array is not None:
            sub = array.subs.get(binding.sub_field_name or "value", "NULL")
            return Fragment(
                f"EXISTS (SELECT 1 FROM {_and(array.source, f"coalesce({sub}, '') <> ''")})"
            )
        if path in self.table.texts:
            return Fragment(f"coalesce({self.table.texts[path]}, '') <> ''")
        present = ".".join(_document_path(self.table, binding))
        return Fragment(
            f"{self.table.name}.search @> %s::jsonb", (json.dumps({PRESENT: [present]}),)
        )

    def visit_value_path(self, node: ValuePath) -> Fragment:
        binding = self._bound(node.attr_path, for_comparison=False)
        if binding is None:
            return FALSE
        entries, _sub = _entries(self.table, binding)
        array = self.table.arrays.get(binding.field_name)
        inner = _EntryCondition(binding.field_type, array).visit(node.val_filter)
        return Fragment(f"EXISTS (SELECT 1 FROM {_and(entries or '', inner.sql)})", inner.params)


class _EntryCondition(_Visitor):
    """The condition over one entry of a list, inside `emails[...]`."""

    def __init__(self, model: Any, array: Array | None) -> None:
        self.model = model
        self.array = array

    def _text(self, name: str) -> str:
        if self.array is not None:
            return self.array.subs.get(name, "NULL::text")
        return f"(e.value->>'{name}')"

    def visit_comparison(self, node: Comparison) -> Fragment:
        binding = _resolve_filter_path(
            self.model, node.attr_path, strict=False, for_comparison=True
        )
        if binding is None:
            return FALSE
        return _compare(self._text(binding.field_name), node.op, _operand(binding, node))

    def visit_present(self, node: Present) -> Fragment:
        binding = _resolve_filter_path(self.model, node.attr_path, strict=False)
        if binding is None:
            return FALSE
        return Fragment(f"coalesce({self._text(binding.field_name)}, '') <> ''")

    def visit_value_path(self, node: ValuePath) -> Fragment:
        raise InvalidFilterException(detail="A selection inside a selection has no meaning")


def _and(entries: str, condition: str) -> str:
    return f"{entries} {'AND' if ' WHERE ' in entries else 'WHERE'} {condition}"


__all__ = ["FALSE", "GROUPS", "TRUE", "USERS", "FilterNode", "Fragment", "Table", "order", "where"]
