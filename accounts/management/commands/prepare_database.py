"""Make the database ready: roles, database, migrations. Repeating it changes nothing.

Reads DATABASE_ADMIN_URL (a login that may create roles and databases; only needed where roles or
the database are missing) and the three logins of the settings.
"""

import os
from argparse import ArgumentParser
from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from psycopg import sql

from accounts.row_security import APP_ROLE, OWNER_ROLE, PIPELINE_ROLE, PREPARE_SCHEMA

ROLES = {"owner": OWNER_ROLE, "default": APP_ROLE, "pipeline": PIPELINE_ROLE}


def create_roles_and_database(*, admin_url: str, logins: dict[str, dict[str, Any]]) -> None:
    """Create or update the three login roles, and the database that the owner's login names.

    `logins` maps the aliases owner, default and pipeline to Django database settings.
    """
    owner = logins["owner"]
    with psycopg.connect(admin_url, autocommit=True) as connection:
        for login in logins.values():
            _ensure_role(connection, name=login["USER"], password=login["PASSWORD"])
        exists = connection.execute(
            "SELECT 1 FROM pg_database WHERE datname = %s", [owner["NAME"]]
        ).fetchone()
        if not exists:
            connection.execute(
                sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(owner["USER"]))
            )
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8'").format(
                    sql.Identifier(owner["NAME"]), sql.Identifier(owner["USER"])
                )
            )
        connection.execute(
            sql.SQL("GRANT CONNECT ON DATABASE {} TO {}, {}").format(
                sql.Identifier(owner["NAME"]),
                sql.Identifier(logins["default"]["USER"]),
                sql.Identifier(logins["pipeline"]["USER"]),
            )
        )


def _ensure_role(connection: psycopg.Connection[Any], *, name: str, password: str) -> None:
    exists = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone()
    # Only a superuser may name SUPERUSER and BYPASSRLS of a role that stands; the check of the
    # deployment refuses one that has them.
    statement = (
        sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}")
        if exists
        else sql.SQL(
            "CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD {}"
        )
    )
    connection.execute(statement.format(sql.Identifier(name), sql.Literal(password)))


class Command(BaseCommand):
    """`manage.py prepare_database`."""

    help = "Create the database roles and the database where missing, then migrate."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument(
            "--admin-url",
            default=os.environ.get("DATABASE_ADMIN_URL", ""),
            help="login that may create roles and databases (default: DATABASE_ADMIN_URL)",
        )

    def handle(self, *args: Any, admin_url: str, verbosity: int, **options: Any) -> None:
        """Create what is missing, then migrate as the owner."""
        names = {alias: settings.DATABASES[alias]["USER"] for alias in ROLES}
        if names != ROLES:
            raise CommandError(
                "DATABASE_OWNER_URL, DATABASE_URL and DATABASE_PIPELINE_URL must sign in as "
                f"{', '.join(ROLES.values())} (the policies name these roles); "
                f"they sign in as {', '.join(names.values())}."
            )
        if admin_url:
            host = urlsplit(admin_url)
            self.stdout.write(
                f"roles and database on {unquote(host.hostname or '')}:{host.port or 5432}"
            )
            create_roles_and_database(
                admin_url=admin_url, logins={alias: settings.DATABASES[alias] for alias in names}
            )
        # Grants for tables to come stand first: libraries' tables have no migration of ours.
        with connections["owner"].cursor() as cursor:
            cursor.execute(PREPARE_SCHEMA)
        call_command("migrate", database="owner", interactive=False, verbosity=verbosity)
