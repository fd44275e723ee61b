"""The lean endpoints' answers carry the request's id, as all others do."""

import re

from accounts.models import Organization
from tests.integration.usage.conftest import Client


class TestRequestId:
    def test_is_the_callers_where_it_has_a_good_form(
        self, product: Client, acme: Organization
    ) -> None:
        named = {"X-Request-Id": "sign-in:42"}
        reported = product.post("/api/v1/events", json={"events": []}, headers=named)
        question = {"organization": acme.external_id, "member": "ben"}
        checked = product.post("/api/v1/entitlements/check", json=question, headers=named)
        assert (reported.status_code, checked.status_code) == (202, 200)
        for answer in (reported, checked):
            assert answer.headers.get_list("X-Request-Id") == ["sign-in:42"]

    def test_is_ours_otherwise_and_stands_in_the_problem(self, product: Client) -> None:
        broken = product.post(
            "/api/v1/events", json=[], headers={"X-Request-Id": "no spaces, please"}
        )
        packed = product.post(
            "/accounts/login/", content=b"x", headers={"Content-Encoding": "gzip"}
        )
        assert (broken.status_code, packed.status_code) == (400, 415)
        for answer in (broken, packed):
            assert re.fullmatch("[0-9a-f]{32}-[0-9a-f]+", answer.headers["X-Request-Id"])
            assert answer.json()["request_id"] == answer.headers["X-Request-Id"]
