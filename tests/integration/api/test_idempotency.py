"""A request with an Idempotency-Key happens once, whatever happens around it."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connections
from django.http import HttpResponseBase
from django.test import Client
from django.utils import timezone

from accounts.domain.roles import StaffScope
from accounts.models import IdempotentRequest, Membership, Organization
from accounts.services.api_keys import find_api_key
from accounts.services.idempotency import (
    CLAIM_LASTS,
    KEPT_FOR,
    Claim,
    ClaimLost,
    StoredAnswer,
    claim_request,
    fingerprint_of,
    forget_requests,
    keep_answer,
)
from accounts.tenancy import organization_context, staff_context
from tests.support.people import make_api_key, make_organization

ADDRESS = "/api/v1/organizations/acme/members"


def send(key: str, idempotency_key: str, body: Any, address: str = ADDRESS) -> Any:
    client = Client(headers={"Authorization": f"Bearer {key}", "Idempotency-Key": idempotency_key})
    return client.post(address, body, content_type="application/json")


def people(organization: Organization) -> int:
    with organization_context(organization.pk):
        return Membership.objects.count()


@pytest.fixture
def acme() -> Organization:
    return make_organization("acme")


@pytest.mark.django_db
class TestRepeated:
    def test_is_answered_the_same_and_done_once(self, acme: Organization) -> None:
        key = make_api_key(acme)
        first = send(key, "k1", {"member": "ben"})
        again = send(key, "k1", {"member": "ben"})
        assert (first.status_code, again.status_code) == (201, 201)
        assert again.content == first.content
        assert again["Content-Type"] == "application/json"
        assert again["Idempotency-Replayed"] == "true"
        assert not first.has_header("Idempotency-Replayed")
        assert people(acme) == 1

    def test_is_the_same_request_under_a_rotated_key(self, acme: Organization) -> None:
        send(make_api_key(acme), "k1", {"member": "ben"})
        assert send(make_api_key(acme), "k1", {"member": "ben"})["Idempotency-Replayed"] == "true"

    def test_with_another_body_is_refused(self, acme: Organization) -> None:
        key = make_api_key(acme)
        send(key, "k1", {"member": "ben"})
        refused = send(key, "k1", {"member": "eve"})
        assert refused.status_code == 422
        assert refused.json()["code"] == "idempotency_key_reused"
        assert people(acme) == 1

    def test_belongs_to_its_own_organization(self, acme: Organization) -> None:
        other = make_organization("other")
        send(make_api_key(acme), "k1", {"member": "ben"})
        answer = send(
            make_api_key(other), "k1", {"member": "ben"}, "/api/v1/organizations/other/members"
        )
        assert answer.status_code == 201
        assert people(other) == 1

    def test_after_a_refusal_may_come_with_a_better_body(self, acme: Organization) -> None:
        key = make_api_key(acme)
        assert send(key, "k1", {"member": ""}).status_code == 400
        assert send(key, "k1", {"member": "ben"}).status_code == 201

    def test_of_the_vendor_is_remembered_too(self) -> None:
        key = make_api_key()
        first = send(key, "k1", {"name": "Kopi"}, "/api/v1/organizations")
        again = send(key, "k1", {"name": "Kopi"}, "/api/v1/organizations")
        assert (first.status_code, again.status_code) == (201, 201)
        assert again["Idempotency-Replayed"] == "true"

    @pytest.mark.parametrize("wrong", ["", " ", "k" * 201, "a\x7fb"])
    def test_needs_a_key_that_is_one(self, acme: Organization, wrong: str) -> None:
        refused = send(make_api_key(acme), wrong, {"member": "ben"})
        assert refused.status_code == 400
        assert refused.json()["errors"][0]["field"] == "Idempotency-Key"


@pytest.mark.django_db
class TestClaim:
    def claim(self, acme: Organization, **other: Any) -> Claim | StoredAnswer:
        api_key = find_api_key(key=self.key, now=timezone.now())
        assert api_key is not None
        body = b'{"member": "ben"}'
        return claim_request(
            api_key=api_key,
            key="k1",
            fingerprint=fingerprint_of(method="POST", path=ADDRESS, body=body),
            now=other.get("now", timezone.now()),
        )

    @pytest.fixture(autouse=True)
    def made_key(self, acme: Organization) -> None:
        self.key = make_api_key(acme)

    def send(self) -> HttpResponseBase:
        answer: HttpResponseBase = send(self.key, "k1", '{"member": "ben"}')
        return answer

    def test_at_work_is_a_conflict_for_the_next(self, acme: Organization) -> None:
        self.claim(acme)
        refused: Any = self.send()
        assert refused.status_code == 409
        assert refused.json()["code"] == "request_under_way"
        assert people(acme) == 0

    def test_of_a_process_that_died_lapses_and_is_taken_over(self, acme: Organization) -> None:
        self.claim(acme, now=timezone.now() - CLAIM_LASTS - timedelta(seconds=1))
        assert self.send().status_code == 201
        assert people(acme) == 1

    def test_that_was_taken_over_cannot_be_answered_by_the_slow_process(
        self, acme: Organization
    ) -> None:
        slow = self.claim(acme, now=timezone.now() - CLAIM_LASTS - timedelta(seconds=1))
        self.claim(acme)
        assert isinstance(slow, Claim)
        with pytest.raises(ClaimLost):
            keep_answer(claim=slow, answer=StoredAnswer(201, b"", {}), now=timezone.now())


@pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])
class TestTwentyAtOnce:
    def test_have_one_effect(self) -> None:
        acme = make_organization("acme")
        key = make_api_key(acme)
        together = Barrier(20)

        def one(_n: int) -> tuple[int, bool]:
            together.wait()
            answer = send(key, "k1", {"member": "ben", "name": "Ben"})
            connections.close_all()
            return answer.status_code, answer.has_header("Idempotency-Replayed")

        with ThreadPoolExecutor(20) as pool:
            answers = Counter(pool.map(one, range(20)))
        assert people(acme) == 1
        # One did it; whoever came meanwhile was told so, whoever came later got its answer.
        assert answers[201, False] == 1
        assert answers[201, False] + answers[201, True] + answers[409, False] == 20

    def test_are_forgotten_when_nobody_sends_them_again(self) -> None:
        acme = make_organization("acme")
        key = make_api_key(acme)
        send(key, "old", {"member": "ben"})
        send(key, "new", {"member": "eve"})
        with organization_context(acme.pk):
            old = timezone.now() - KEPT_FOR - timedelta(minutes=1)
            IdempotentRequest.objects.filter(key="old").update(created_at=old)
        assert forget_requests(now=timezone.now()) == 1
        with organization_context(acme.pk):
            assert [row.key for row in IdempotentRequest.objects.all()] == ["new"]
        with staff_context(user_id=0, scope=StaffScope.ALL):
            assert not IdempotentRequest.objects.exists()
