"""What stands below /api/ answers programs, even where no operation does."""

import pytest
from django.test import Client

PROBLEM = "application/problem+json"


@pytest.mark.django_db
class TestUnrouted:
    @pytest.mark.parametrize(
        "path", ["/api/v1/nothing", "/api/v1/tasks/x/", f"/api/v1/endpoints/{2**80}x/test"]
    )
    def test_an_address_without_an_operation_is_a_problem(self, path: str) -> None:
        answer = Client().get(path)
        said = (answer.status_code, answer["Content-Type"], answer.json()["code"])
        assert said == (404, PROBLEM, "not_found")
        assert answer.json()["request_id"] == answer["X-Request-Id"]

    def test_a_page_without_an_address_is_a_page(self) -> None:
        assert Client().get("/nothing/")["Content-Type"].startswith("text/html")

    def test_a_host_that_is_not_ours_is_a_problem(self) -> None:
        answer = Client().get("/api/v1/organizations", headers={"Host": "evil.example"})
        assert (answer.status_code, answer["Content-Type"]) == (400, PROBLEM)

    def test_our_own_fault_is_a_problem_without_its_cause(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(*_: object, **__: object) -> None:
            raise RuntimeError("secret")

        monkeypatch.setattr("accounts.api.views.OrganizationsView.check_permissions", broken)
        answer = Client(raise_request_exception=False).get("/api/v1/organizations")
        assert (answer.status_code, answer["Content-Type"]) == (500, PROBLEM)
        assert b"secret" not in answer.content
