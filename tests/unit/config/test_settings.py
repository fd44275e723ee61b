"""A start without its secrets fails, and says which one is missing.

That complete settings pass Django's deployment check is a check of its own (scripts/checks.py).
"""

import os
import subprocess
import sys
from typing import Any

import pytest
from django.core.checks import registry as checks

from accounts.checks import check_production_speaks_to_stripe, check_stripe_key_fits_its_base

COMPLETE = {
    "SECRET_KEY": "long enough for a check, and of no use anywhere: 0123456789 abcdefghijklmnop",
    "ALLOWED_HOSTS": "seats.example.com",
    "BASE_URL": "https://seats.example.com",
    "DATABASE_URL": "postgres://headroom_app:a@db/headroom",
    "DATABASE_OWNER_URL": "postgres://headroom_owner:o@db/headroom",
    "DATABASE_PIPELINE_URL": "postgres://headroom_pipeline:p@db/headroom",
    "REDIS_URL": "redis://cache/0",
    "STRIPE_SECRET_KEY": "sk_test_example",
    "STRIPE_WEBHOOK_SECRET": "whsec_example",
    "EMAIL_URL": "smtp+tls://user:password@mail:587",
}


def read_settings(**changes: str | None) -> subprocess.CompletedProcess[str]:
    """Read the settings of a deployment with the complete environment, changed."""
    environment = {k: v for k, v in os.environ.items() if k not in {*COMPLETE, "STRIPE_API_BASE"}}
    environment |= {k: v for k, v in (COMPLETE | changes).items() if v is not None}
    return subprocess.run(
        [sys.executable, "-c", "import config.settings.prod"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


class TestProductionSettings:
    def test_are_read_where_nothing_is_missing(self) -> None:
        result = read_settings()
        assert result.returncode == 0, result.stderr

    @pytest.mark.parametrize("name", ["SECRET_KEY", "DATABASE_URL", "STRIPE_WEBHOOK_SECRET"])
    def test_name_the_secret_that_is_missing(self, name: str) -> None:
        result = read_settings(**{name: None})
        assert result.returncode != 0
        assert name in result.stderr


class TestChecksOfADeployment:
    def test_refuse_the_sandbox(self, settings: Any) -> None:
        settings.STRIPE_API_BASE = "http://127.0.0.1:12111"
        assert [m.id for m in check_production_speaks_to_stripe(None)] == ["headroom.E002"]
        settings.STRIPE_API_BASE = ""
        assert check_production_speaks_to_stripe(None) == []

    def test_refuse_a_live_key_for_anything_but_stripe(self, settings: Any) -> None:
        settings.STRIPE_SECRET_KEY = "sk_live_example"
        settings.STRIPE_API_BASE = "http://127.0.0.1:12111"
        assert [m.id for m in check_stripe_key_fits_its_base(None)] == ["headroom.E001"]
        settings.STRIPE_API_BASE = ""
        assert check_stripe_key_fits_its_base(None) == []

    def test_are_among_those_that_are_run(self) -> None:
        known = checks.registry.get_checks(include_deployment_checks=True)
        assert {check_production_speaks_to_stripe, check_stripe_key_fits_its_base} <= set(known)
