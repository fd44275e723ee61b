"""A start without its secrets fails, and says which one is missing."""

import os
import subprocess
import sys

import pytest

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


def check_deployment(**changes: str | None) -> subprocess.CompletedProcess[str]:
    """Run the deployment check with the complete environment, changed."""
    environment = {k: v for k, v in os.environ.items() if k not in {*COMPLETE, "STRIPE_API_BASE"}}
    environment |= {k: v for k, v in (COMPLETE | changes).items() if v is not None}
    environment["DJANGO_SETTINGS_MODULE"] = "config.settings.prod"
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


class TestProductionSettings:
    def test_pass_the_deployment_check(self) -> None:
        result = check_deployment()
        assert result.returncode == 0, result.stderr

    @pytest.mark.parametrize("name", ["SECRET_KEY", "DATABASE_URL", "STRIPE_WEBHOOK_SECRET"])
    def test_name_the_secret_that_is_missing(self, name: str) -> None:
        result = check_deployment(**{name: None})
        assert result.returncode != 0
        assert name in result.stderr

    def test_refuse_the_sandbox(self) -> None:
        result = check_deployment(STRIPE_API_BASE="http://127.0.0.1:12111")
        assert result.returncode != 0
        assert "headroom.E002" in result.stderr

    def test_refuse_a_live_key_for_anything_but_stripe(self) -> None:
        result = check_deployment(
            STRIPE_SECRET_KEY="sk_live_example", STRIPE_API_BASE="http://127.0.0.1:12111"
        )
        assert result.returncode != 0
        assert "headroom.E001" in result.stderr
