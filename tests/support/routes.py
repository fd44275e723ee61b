"""The product's own routes and API operations, read from the URL configuration."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.access import Access, AccessKind
from accounts.middleware import declared_access, is_self_guarded

# Views of libraries, which guard themselves; the list grows on purpose only.
SELF_GUARDED_PREFIXES = ("accounts/", "i18n/", "api/v1/schema/", "api/v1/docs/")
LOGIN = "/accounts/login/"


@dataclass(frozen=True)
class Route:
    """One route: its name, its address, its parameters and what it declares."""

    name: str
    path: str
    parameters: tuple[str, ...]
    access: Access
    methods: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.path

    @property
    def is_api(self) -> bool:
        return self.path.startswith("api/")


def walk(patterns: list[Any], prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Yield every pattern below `patterns` with its whole path, the admin's left out."""
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            if pattern.namespace != "admin":
                yield from walk(pattern.url_patterns, path)
        else:
            yield path, pattern


def routes() -> list[Route]:
    """Return the product's own routes, and fail on one that declares nothing."""
    found = {}
    for path, pattern in walk(get_resolver().url_patterns):
        view = pattern.callback
        if is_self_guarded(view):
            if not path.startswith(SELF_GUARDED_PREFIXES):
                raise ImproperlyConfigured(f"{path} is a library's view that nobody listed")
            continue
        access = declared_access(view)
        if access is None:
            raise ImproperlyConfigured(f"{path} declares no access")
        cls = getattr(view, "cls", None)
        methods = [m for m in ("get", "post", "put", "patch", "delete") if hasattr(cls, m)]
        found[path] = Route(
            str(pattern.name), path, tuple(pattern.pattern.converters), access, tuple(methods)
        )
    return list(found.values())


ROUTES = routes()


def of_kind(kind: AccessKind, *, api: bool = False) -> list[Route]:
    """Return the routes that one kind of reader calls."""
    return [r for r in ROUTES if r.access.kind is kind and r.is_api is api]


def operations(kind: AccessKind) -> list[tuple[Route, str]]:
    """Return each API operation that one kind of key calls: a route with one of its methods."""
    return [(r, method) for r in of_kind(kind, api=True) for method in r.methods]
