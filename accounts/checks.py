"""Deployment checks: roles of the database, and keys that do not belong together."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections


@register(Tags.security)
def check_stripe_key_fits_its_base(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """A live key speaks to Stripe alone; the sandbox's key never runs in production."""
    host = urlsplit(settings.STRIPE_API_BASE).hostname or "api.stripe.com"
    is_live = "_live_" in settings.STRIPE_SECRET_KEY
    if is_live and host != "api.stripe.com":
        return [
            Error(
                f"STRIPE_SECRET_KEY is a live key but STRIPE_API_BASE points to {host}.",
                hint="Unset STRIPE_API_BASE, or use a test key.",
                id="headroom.E001",
            )
        ]
    return []


@register(Tags.security, deploy=True)
def check_production_speaks_to_stripe(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """A production deployment has no other Stripe than Stripe."""
    if settings.STRIPE_API_BASE:
        return [
            Error(
                "STRIPE_API_BASE is set in production.",
                hint="Unset it: only the local sandbox needs it.",
                id="headroom.E002",
            )
        ]
    return []


@register(Tags.database)
def check_database_role(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """The app's and the pipeline's logins may neither bypass row security nor own the tables."""
    found: list[CheckMessage] = []
    for alias in set(databases or ()) & {"default", "pipeline", "replica"}:
        with connections[alias].cursor() as cursor:
            cursor.execute(
                "SELECT rolname, rolsuper, rolbypassrls, EXISTS (SELECT 1 FROM pg_class c "
                "JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public' "
                "WHERE c.relowner = r.oid) FROM pg_roles r WHERE rolname = current_user"
            )
            name, is_super, bypasses, owns = cursor.fetchone()
        if is_super or bypasses or owns:
            found.append(
                Error(
                    f"The database user {name} ({alias}) is a superuser, bypasses row-level "
                    "security or owns tables.",
                    hint="Run `manage.py prepare_database` and use the roles that it makes.",
                    id="headroom.E003",
                )
            )
    return found
