"""Every wrong call of the API gets a problem document, never a server error."""

import pytest
from django.test import Client

from tests.support.people import make_api_key, make_organization


@pytest.fixture
def api() -> Client:
    return Client(headers={"Authorization": f"Bearer {make_api_key()}"})


@pytest.mark.django_db
class TestProblem:
    def test_names_the_missing_key(self) -> None:
        answer = Client().get("/api/v1/organizations")
        assert answer.status_code == 401
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["code"] == "not_authenticated"

    @pytest.mark.parametrize("given", ["a b", "<script>", "x" * 65, ""])
    def test_replaces_an_id_of_a_request_that_logs_could_not_hold(self, given: str) -> None:
        answer = Client().get("/api/v1/organizations", headers={"X-Request-Id": given})
        assert len(answer["X-Request-Id"]) == 36
        assert answer["X-Request-Id"] == answer.json()["request_id"]

    def test_keeps_an_id_of_a_request_in_good_form(self) -> None:
        answer = Client().get("/api/v1/organizations", headers={"X-Request-Id": "job-7:4.a_b"})
        assert answer["X-Request-Id"] == answer.json()["request_id"] == "job-7:4.a_b"

    @pytest.mark.parametrize("key", ["hr_x", "hr__", "nonsense", "hr_0123_" + "f" * 300, "hr_a_b"])
    def test_refuses_what_is_no_key(self, key: str) -> None:
        answer = Client(headers={"Authorization": f"Bearer {key}"}).get("/api/v1/organizations")
        assert answer.status_code == 401
        assert answer.json()["code"] == "authentication_failed"

    @pytest.mark.parametrize(
        "body",
        [
            b"{",
            b'{"name": "a\\u0000b", "external_id": "x"}',
            b"[" * 100_000,
            b'{"a":' * 50_000,
            b'"text"',
            b"\xff\xfe",
        ],
    )
    def test_answers_a_malformed_body_with_400(self, api: Client, body: bytes) -> None:
        answer = api.post("/api/v1/organizations", body, content_type="application/json")
        assert answer.status_code == 400
        assert answer["Content-Type"] == "application/problem+json"

    def test_names_the_fields_at_fault(self, api: Client) -> None:
        answer = api.post(
            "/api/v1/organizations",
            {"name": "", "external_id": "with a space"},
            content_type="application/json",
        ).json()
        assert {error["field"] for error in answer["errors"]} == {"name", "external_id"}

    def test_makes_a_key_from_the_name_and_says_when_it_cannot(self, api: Client) -> None:
        made = api.post(
            "/api/v1/organizations", {"name": "Kopi Nusantara"}, content_type="application/json"
        )
        assert made.status_code == 201
        assert made.json()["external_id"] == "kopi-nusantara"
        refused = api.post(
            "/api/v1/organizations", {"name": "東京"}, content_type="application/json"
        )
        assert refused.status_code == 400
        assert refused.json()["errors"][0]["field"] == "external_id"

    def test_hides_another_organization(self) -> None:
        make_organization("other")
        key = make_api_key(make_organization("acme"))
        answer = Client(headers={"Authorization": f"Bearer {key}"}).get(
            "/api/v1/organizations/other"
        )
        assert answer.status_code == 404

    def test_refuses_a_forged_host(self, api: Client) -> None:
        answer = api.get("/api/v1/organizations", headers={"Host": "evil.example.com"})
        assert answer.status_code == 400
