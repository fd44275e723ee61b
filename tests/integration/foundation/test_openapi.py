"""The OpenAPI file: valid, complete, and the one that the repository shows."""

from io import StringIO
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from openapi_spec_validator import validate

FILE = Path(settings.BASE_DIR) / "docs" / "openapi.yaml"


@pytest.fixture(scope="module")
def schema() -> dict[str, object]:
    out = StringIO()
    call_command("spectacular", "--fail-on-warn", stdout=out)
    document: dict[str, object] = yaml.safe_load(out.getvalue())
    return document


class TestSchema:
    def test_is_valid(self, schema: dict[str, object]) -> None:
        assert str(schema["openapi"]).startswith("3.1.")
        validate(schema)

    def test_is_the_file_in_the_repository(self, schema: dict[str, object]) -> None:
        assert yaml.safe_load(FILE.read_text()) == schema, "run `make openapi`"

    def test_describes_the_lean_endpoints(self, schema: dict[str, object]) -> None:
        paths = schema["paths"]
        assert isinstance(paths, dict)
        assert {"202", "400", "401", "413", "429"} <= set(
            paths["/api/v1/events"]["post"]["responses"]
        )
        assert {"200", "401"} <= set(paths["/api/v1/entitlements/check"]["post"]["responses"])

    def test_gives_every_operation_its_errors(self, schema: dict[str, object]) -> None:
        paths = schema["paths"]
        assert isinstance(paths, dict)
        operations = [
            (path, method, operation)
            for path, methods in paths.items()
            for method, operation in methods.items()
            if method in ("get", "post", "put", "patch", "delete")
        ]
        assert len(operations) > 10
        for path, method, operation in operations:
            assert "401" in operation["responses"], f"{method} {path}"
            assert operation.get("summary") or operation.get("description"), f"{method} {path}"

    def test_is_published(self, db: None) -> None:
        assert Client().get("/api/v1/schema/").status_code == 200
        assert Client().get("/api/v1/docs/").status_code == 200
