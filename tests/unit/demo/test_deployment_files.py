"""The image and the production-like stack, checked without a container engine."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.unit.demo.support import ROOT

PRODUCT = {"prepare", "web", "worker", "beat"}
SCALED = {"replica", "pgbouncer", "valkey-follower", "sentinel", "web-2", "worker-2"}
REQUIRED_SETTING = re.compile(r'env\.\w+\("([A-Z_]+)"\)')


def variables(path: Path) -> dict[str, str]:
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    return dict(line.partition("=")[::2] for line in lines)


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    found: dict[str, Any] = document["services"]
    return found


class TestStack:
    def test_has_the_product_and_its_two_databases(self, services: dict[str, Any]) -> None:
        always = {name for name, service in services.items() if "profiles" not in service}
        assert always == PRODUCT | {"postgres", "valkey"}
        assert services["postgres"]["image"] == "postgres:18"

    def test_every_part_of_the_product_reads_the_same_settings(
        self, services: dict[str, Any]
    ) -> None:
        assert {services[name]["env_file"] for name in PRODUCT} == {"docker/production.env"}

    def test_nothing_starts_before_the_database_is_prepared(self, services: dict[str, Any]) -> None:
        for name in PRODUCT - {"prepare"}:
            assert services[name]["depends_on"]["prepare"] == {
                "condition": "service_completed_successfully"
            }
        assert services["prepare"]["command"][-1] == "prepare_database"
        assert services["prepare"]["depends_on"]["postgres"] == {"condition": "service_healthy"}

    def test_only_the_preparation_has_the_administrators_login(
        self, services: dict[str, Any]
    ) -> None:
        for name in PRODUCT - {"prepare"}:
            assert services[name]["environment"]["DATABASE_ADMIN_URL"] == ""
        assert "environment" not in services["prepare"]

    def test_no_secret_is_written_into_the_file(self, services: dict[str, Any]) -> None:
        assert services["postgres"]["environment"]["POSTGRES_PASSWORD"] == "${POSTGRES_PASSWORD:?}"
        assert services["valkey"]["environment"]["VALKEY_PASSWORD"] == "${VALKEY_PASSWORD:?}"

    def test_starts_the_rest_in_its_profile_alone(self, services: dict[str, Any]) -> None:
        scaled = {name for name, one in services.items() if one.get("profiles") == ["scaled"]}
        assert scaled == SCALED
        assert services.keys() == PRODUCT | {"postgres", "valkey"} | SCALED

    @pytest.mark.parametrize("name", ["web", "worker"])
    def test_the_second_of_each_is_as_the_first(self, services: dict[str, Any], name: str) -> None:
        first, second = dict(services[name]), dict(services[f"{name}-2"])
        for own in ("profiles", "ports"):
            first.pop(own, None)
            second.pop(own, None)
        assert first == second

    def test_the_example_names_every_setting_that_has_no_default(self) -> None:
        required = {
            name
            for module in ("base", "prod")
            for name in REQUIRED_SETTING.findall(
                (ROOT / "config" / "settings" / f"{module}.py").read_text()
            )
        }
        assert {"SECRET_KEY", "DATABASE_URL", "STRIPE_WEBHOOK_SECRET"} <= required
        assert required <= variables(ROOT / "docker" / "production.env.example").keys()


class TestImage:
    def test_does_not_run_as_root(self) -> None:
        last_stage = (ROOT / "Dockerfile").read_text().rpartition("\nFROM ")[2]
        users = re.findall(r"^USER (.+)$", last_stage, re.MULTILINE)
        assert users == ["10001:10001"]

    def test_installs_only_what_is_pinned_by_hash(self) -> None:
        installs = re.findall(r"pip install (.+)", (ROOT / "Dockerfile").read_text())
        assert installs == ["--require-hashes -r /build/production.txt"]

    def test_lets_in_no_settings_of_a_deployment(self) -> None:
        admitted = [
            line[1:]
            for line in (ROOT / ".dockerignore").read_text().splitlines()
            if line.startswith("!")
        ]
        assert [path for path in admitted if path.startswith("docker")] == ["docker/build.env"]

    def test_static_files_can_be_collected_with_the_build_settings_alone(self) -> None:
        done = subprocess.run(
            [sys.executable, "manage.py", "collectstatic", "--noinput", "--dry-run"],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], **variables(ROOT / "docker" / "build.env")},
            check=False,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        assert "static files copied" in done.stdout
