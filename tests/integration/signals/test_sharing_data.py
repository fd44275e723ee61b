"""What is kept of a person and of answers: handed out, deleted, learned from."""

import json
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import HistoryEntry, Membership, Organization, User
from accounts.services.history import SYSTEM
from accounts.tenancy import organization_context
from seats.domain.privacy import Visibility
from seats.services.privacy import choose_visibility
from signals.domain.sharing.evidence import Kind
from signals.models import SharingCase, SharingDay
from signals.services.sharing_answers import answer_case
from signals.services.sharing_scoring import forget_evidence
from tests.integration.signals.test_sharing import EVENTS, NOW, WORLD, take_in
from tests.integration.signals.test_sharing_cases import ada, again, answered, cases, lago
from tests.sharing.measure import cases_of
from tests.sharing.training import features_of, labels_of, train
from tests.support.people import make_membership, make_user
from tests.support.personal import unzipped

__all__ = ["ada", "lago"]

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "pipeline", "owner"])


class TestAPerson:
    def test_is_handed_out_whole_and_forgotten_whole(self, lago: Organization) -> None:
        member = cases(lago)[0].membership
        mine = [event for event in EVENTS if event["member"] == member.external_id]
        name = {"organization": "lago", "member": member.external_id}
        out = StringIO()
        call_command("export_person", stdout=out, **name)
        files = json.loads(out.getvalue())
        assert files["lago/person.json"]["membership"]["external_id"] == member.external_id
        known = files["lago/usage.json"]
        assert len(known["seats_usageevent"]) == len(mine)
        assert known["seats_usageevent"][0]["ip"].startswith("10.")
        for table in ("seats_activityday", "seats_usageday", "signals_sharingday"):
            assert known[table]
        assert known["signals_sharingcase"][0]["evidence"]
        with pytest.raises(CommandError, match="--yes"):
            call_command("delete_person", **name)
        call_command("delete_person", yes=True, stdout=StringIO(), **name)
        take_in()
        again(lago)
        out = StringIO()
        call_command("export_person", stdout=out, **name)
        left = json.loads(out.getvalue())["lago/usage.json"]
        assert left.pop("person")["member"] == member.external_id
        assert not any(left.values())
        with organization_context(lago.pk):
            assert HistoryEntry.objects.filter(verb="person_data_deleted").count() == 1

    def test_is_handed_out_and_forgotten_by_the_owner_alone(
        self, lago: Organization, ada: User
    ) -> None:
        person = cases(lago)[0].membership
        data = f"/o/lago/people/{person.pk}/data/"
        client = Client()
        client.force_login(ada)
        assert data not in client.get(f"/o/lago/people/{person.pk}/").content.decode()
        assert client.post(data).status_code == 403
        owner = make_user("olga")
        make_membership(lago, user=owner, role="owner")
        client.force_login(owner)
        assert data in client.get(f"/o/lago/people/{person.pk}/").content.decode()
        answer = client.post(data)
        assert answer["Content-Disposition"] == f'attachment; filename="person-{person.pk}.zip"'
        assert unzipped(answer)["lago/usage.json"]["seats_usageevent"]
        for typed in ("", "somebody else"):
            refused = client.post(f"{data}delete/", {"typed": typed})
            assert refused.status_code == 422
        assert b"Nothing was deleted" in refused.content
        wanted = person.email or person.display_name
        assert wanted in client.get(f"{data}delete/").content.decode()
        assert client.post(f"{data}delete/", {"typed": wanted.upper()}).status_code == 302
        with organization_context(lago.pk):
            assert not SharingDay.objects.filter(membership=person).exists()
            verbs = HistoryEntry.objects.filter(verb__startswith="person_data").order_by("pk")
            assert list(verbs.values_list("verb", "actor_label")) == [
                ("person_data_exported", "Olga"),
                ("person_data_deleted", "Olga"),
            ]

    def test_is_not_read_where_only_totals_are_shown(self, lago: Organization) -> None:
        person = cases(lago)[0].membership
        owner = make_user("olga")
        make_membership(lago, user=owner, role="owner")
        choose_visibility(
            organization_id=lago.pk, visibility=Visibility.TOTALS, actor=SYSTEM, now=NOW
        )
        client = Client()
        client.force_login(owner)
        answer = client.post(f"/o/lago/people/{person.pk}/data/", follow=True)
        assert "Nothing was exported" in answer.content.decode()
        # Somebody who is in the list by more than usage has an entry to hand out, without usage.
        with organization_context(lago.pk):
            person.state = Membership.State.ACTIVE
            person.save()
        known = unzipped(client.post(f"/o/lago/people/{person.pk}/data/"))
        assert set(known) == {"lago/person.json"}
        assert (
            not {"seats.MemberSummary", "seats.SeatRefusal"}
            & known["lago/person.json"]["about"].keys()
        )

    def test_has_evidence_for_30_days_after_the_case(self, lago: Organization) -> None:
        answered(lago, "one_person")
        forget_evidence(now=NOW + timedelta(days=29))
        assert all(case.evidence for case in cases(lago))
        forget_evidence(now=NOW + timedelta(days=31))
        assert [case.evidence == [] for case in cases(lago)].count(True) == 1


class TestTheLabels:
    def test_are_written_without_names_and_learned_from(
        self, lago: Organization, tmp_path: Path
    ) -> None:
        shared, innocent = cases(lago)[:2]
        for case, answer in ((shared, "seats_given"), (innocent, "one_person")):
            answer_case(
                organization_id=lago.pk,
                case_id=case.pk,
                answer=SharingCase.Answer(answer),
                actor=SYSTEM,
                now=NOW,
            )
        file = tmp_path / "labels.jsonl"
        call_command("export_sharing_labels", str(file), stdout=StringIO())
        text = file.read_text()
        assert "lago" not in text
        assert shared.membership.external_id not in text
        learned = labels_of(file)
        assert [(sample.shared, sample.weight) for sample in learned] == [(True, 1), (False, 1)]
        amounts = {Kind(item["kind"]): item["amount"] for item in shared.evidence}
        assert learned[0].features == features_of(amounts)
        assert max(learned[0].features) > 0
        # As many answers as this outweigh what the fit knew of such accounts.
        population = cases_of(WORLD)
        before, after = train([population]), train([population], learned[1:] * 200)
        kind = max(amounts, key=lambda kind: features_of({kind: amounts[kind]}))
        assert after.weights[kind].weight <= before.weights[kind].weight
