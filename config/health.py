"""`/healthz` says that the process lives; `/readyz` that it can do its work."""

from collections.abc import Callable

from django.conf import settings
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from accounts.access import public
from billing.gateways.stripe import stripe_is_reachable
from billing.selectors.inbox import trouble
from config import redis


def healthz(request: HttpRequest) -> HttpResponse:
    """Answer 200 while the process serves requests."""
    return JsonResponse({"status": "alive"})


def _database() -> None:
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT 1")


def _migrations() -> None:
    executor = MigrationExecutor(connections["default"])
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise RuntimeError("migrations are missing")


def _broker() -> None:
    with redis.client(settings.REDIS_URL) as client:
        client.ping()


def _stripe() -> None:
    stripe_is_reachable()


CHECKS: dict[str, Callable[[], None]] = {
    "database": _database,
    "migrations": _migrations,
    "broker": _broker,
    "stripe": _stripe,
}


def readyz(request: HttpRequest) -> HttpResponse:
    """Answer 200 if every dependency answers, else 503 and which one does not.

    Events of Stripe that fail or are late make it "degraded", which is still 200.
    """
    results: dict[str, str] = {}
    for name, check in CHECKS.items():
        try:
            check()
            results[name] = "ok"
        except Exception as error:
            results[name] = type(error).__name__
    ready = all(result == "ok" for result in results.values())
    body: dict[str, object] = {"status": "ready" if ready else "not ready", "checks": results}
    if results["database"] == "ok":
        # Work that is late is no reason to take the process out of service.
        inbox = trouble(timezone.now())
        body["stripe_events"] = inbox
        if ready and any(inbox.values()):
            body["status"] = "degraded"
    return JsonResponse(body, status=200 if ready else 503)


public(healthz)
public(readyz)
