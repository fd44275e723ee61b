"""The OpenAPI file: valid, complete, and the one that the repository shows."""

from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import yaml
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from openapi_spec_validator import validate
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

FILE = Path(settings.BASE_DIR) / "docs" / "openapi.yaml"


@pytest.fixture(scope="module")
def written() -> str:
    out = StringIO()
    call_command("spectacular", "--fail-on-warn", stdout=out)
    return out.getvalue()


@pytest.fixture(scope="module")
def schema(written: str) -> dict[str, object]:
    document: dict[str, object] = yaml.load(written, yaml.CSafeLoader)
    return document


METHODS = ("get", "post", "put", "patch", "delete")


def operations_of(schema: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in schema["paths"].items():
        for method in METHODS:
            if method in methods:
                yield path, method, methods[method]


def bodies_of(operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every body in JSON, asked and answered."""
    for held in (operation.get("requestBody", {}), *operation["responses"].values()):
        for kind, media in held.get("content", {}).items():
            if "json" in kind and "schema" in media:
                yield media


def what_lacks(operation: dict[str, Any]) -> Iterator[str]:
    if not (operation.get("description") and operation.get("summary")):
        yield "description or summary"
    if not any(status.startswith("4") for status in operation["responses"]):
        yield "a refusal"
    for status, response in operation["responses"].items():
        if not response.get("description") and not status.startswith("2"):
            yield f"what {status} means"
    if not all("example" in media or "examples" in media for media in bodies_of(operation)):
        yield "an example"


def rebased(schema: Any) -> Any:
    """The schema with references into the whole file."""
    if isinstance(schema, dict):
        return {
            key: f"urn:api{value}" if key == "$ref" else rebased(value)
            for key, value in schema.items()
        }
    return [rebased(each) for each in schema] if isinstance(schema, list) else schema


class TestSchema:
    def test_is_valid(self, schema: dict[str, object]) -> None:
        assert str(schema["openapi"]).startswith("3.1.")
        validate(schema)

    def test_is_the_file_in_the_repository(self, written: str) -> None:
        # Told apart first: pytest would explain for minutes where two megabytes differ.
        is_the_same = written.rstrip() == FILE.read_text().rstrip()
        assert is_the_same, "run `make openapi`"

    def test_describes_the_lean_endpoints(self, schema: dict[str, Any]) -> None:
        paths = schema["paths"]
        assert {"202", "400", "401", "413", "429"} <= set(
            paths["/api/v1/events"]["post"]["responses"]
        )
        assert {"200", "401"} <= set(paths["/api/v1/entitlements/check"]["post"]["responses"])
        event = schema["components"]["schemas"]["Event"]
        assert set(event["required"]) == {"id", "member", "at", "kind"}

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

    def test_explains_every_operation_and_shows_every_body(self, schema: dict[str, Any]) -> None:
        incomplete = [
            f"{method} {path}: {lacks}"
            for path, method, operation in operations_of(schema)
            for lacks in what_lacks(operation)
        ]
        assert incomplete == []

    def test_shows_bodies_that_its_own_schemas_allow(self, schema: dict[str, Any]) -> None:
        resource: Resource[Any] = Resource.from_contents(schema, default_specification=DRAFT202012)
        registry = Registry().with_resource("urn:api", resource)
        wrong = [
            f"{method} {path}: {error.json_path} {error.message[:120]}"
            for path, method, operation in operations_of(schema)
            for media in bodies_of(operation)
            if "example" in media
            for error in Draft202012Validator(
                rebased(media["schema"]), registry=registry
            ).iter_errors(media["example"])
        ]
        assert wrong == []

    def test_leads_from_lists_to_what_they_hold(self, schema: dict[str, Any]) -> None:
        known = {operation["operationId"] for _path, _method, operation in operations_of(schema)}
        linked = {
            link["operationId"]
            for _path, _method, operation in operations_of(schema)
            for response in operation["responses"].values()
            for link in response.get("links", {}).values()
        }
        assert {"read_task", "members_read", "departments_change"} <= linked <= known

    def test_is_published(self, db: None) -> None:
        # Writing it anew takes longer than the rest; how it is written is tested above.
        written = {"openapi": "3.1.0", "paths": {"/published": {}}}
        with patch.object(SchemaGenerator, "get_schema", return_value=written):
            answer = Client().get("/api/v1/schema/")
        assert answer.status_code == 200
        assert b"/published" in answer.content
        assert Client().get("/api/v1/docs/").status_code == 200
