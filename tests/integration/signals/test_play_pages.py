"""Plays on their pages: steps that are moved before they are saved, mails, versions."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from signals.domain.play_texts import PLAY_TEXTS
from signals.domain.tasks import Play
from signals.models import PlayVersion
from signals.selectors.task_play import play_text
from signals.views.play_forms import PlayDraft
from tests.support.people import make_organization, make_user

pytestmark = pytest.mark.django_db(databases=["default", "pipeline"])

URL = "/vendor/rules/plays/keep_relationship/"
USUAL = PLAY_TEXTS[Play.KEEP_RELATIONSHIP]


@pytest.fixture
def olga() -> Client:
    client = Client()
    client.force_login(make_user("olga", vendor_role="vendor_admin"))
    return client


def form(version: int = 0, german: str = "", **changed: Any) -> dict[str, Any]:
    """Return what the page of the usual play posts, with another mail in German."""
    draft = PlayDraft.of(USUAL, version)
    posted: dict[str, Any] = {
        "version": version,
        "action": "save",
        "days": [step.days for step in draft.steps],
    }
    for language in ("en", "de", "id"):
        posted[f"step-{language}"] = [step.texts[language] for step in draft.steps]
        posted[f"subject-{language}"] = draft.mails[language].subject
        posted[f"body-{language}"] = draft.mails[language].body
    return posted | ({"body-de": german} if german else {}) | changed


def english(answer: Any) -> list[str]:
    return [step.texts["en"] for step in answer.context["draft"].steps]


class TestSteps:
    def test_are_added_moved_and_removed_before_anything_is_saved(self, olga: Client) -> None:
        first, second, third = (step.text["en"] for step in USUAL.steps)
        assert english(olga.get(URL)) == [first, second, third]
        assert english(olga.post(URL, form(action="down:1"))) == [second, first, third]
        assert english(olga.post(URL, form(action="up:1"))) == [first, second, third]
        assert english(olga.post(URL, form(action="remove:2"))) == [first, third]
        assert english(olga.post(URL, form(action="add"))) == [first, second, third, ""]
        assert not PlayVersion.objects.exists()

    def test_are_refused_where_they_are_wrong(self, olga: Client) -> None:
        answer = olga.post(URL, form(days=["0", "91", "5"]))
        assert (answer.status_code, answer.context["wrong_step"]) == (422, 2)
        assert "0 to 90 business days" in answer.content.decode()


class TestVersions:
    def test_hold_for_later_tasks_and_say_who_made_them(self, olga: Client) -> None:
        olga.post(URL, form(days=["0", "2", "5"]))
        text, version = play_text(Play.KEEP_RELATIONSHIP)
        assert (version, [step.days for step in text.steps]) == (1, [0, 2, 5])
        assert (text.mails, text.steps[1].text) == (USUAL.mails, USUAL.steps[1].text)
        assert "Olga" in olga.get(reverse("plays")).content.decode()

    def test_are_loaded_again_and_become_the_next_one(self, olga: Client) -> None:
        olga.post(URL, form(days=["0", "2", "5"]))
        usual = olga.get(f"{URL}?version=0")
        assert [step.days for step in usual.context["draft"].steps] == ["0", "1", "5"]
        assert "what the product comes with" in usual.content.decode()
        olga.post(URL, form(version=1))
        assert play_text(Play.KEEP_RELATIONSHIP) == (USUAL, 2)
        assert olga.get(f"{URL}?version=9").status_code == 404

    def test_are_not_written_over_what_somebody_else_saved(self, olga: Client) -> None:
        olga.post(URL, form(days=["0", "2", "5"]))
        late = olga.post(URL, form(days=["0", "3", "5"]))
        assert late.status_code == 422
        assert "Somebody else changed this play meanwhile" in late.content.decode()
        assert PlayVersion.objects.count() == 1
        olga.post(URL, form(version=late.context["draft"].version_before))
        assert play_text(Play.KEEP_RELATIONSHIP)[1] == 2


class TestTheMail:
    def test_is_shown_as_a_real_account_would_read_it(self, olga: Client) -> None:
        make_organization("anna")
        make_organization("berta")
        body = "Dear {account},\n{department} waits.\n{sender}"
        answer = olga.post(URL, form(action="preview", account="berta", german=body))
        shown = {part.language: part.shown.body for part in answer.context["parts"]}
        assert shown["de"] == "Dear Berta,\nOlga"
        assert ("{account}", "Berta") in answer.context["preview"].fields

    def test_is_refused_beside_the_language_that_is_wrong(self, olga: Client) -> None:
        answer = olga.post(URL, form(german="{boss}"))
        errors = {part.language: part.error for part in answer.context["parts"]}
        assert errors == {"en": "", "de": "Nothing fills {boss}.", "id": ""}
        assert not PlayVersion.objects.exists()


class TestAnAccountManager:
    def test_reads_rules_and_plays_and_changes_nothing(self) -> None:
        max_ = Client()
        max_.force_login(make_user("max", vendor_role="account_manager"))
        page = max_.get(URL)
        assert [step[1] for step in page.context["steps"]] == [s.text["en"] for s in USUAL.steps]
        assert USUAL.mails["en"].subject in page.content.decode()
        assert max_.get("/vendor/rules/new_hires/").context["may_manage"] is False
        shown = max_.get("/vendor/rules/").content.decode()
        assert reverse("plays") in shown
        assert reverse("owner_rules") not in shown
        assert reverse("rule_health") not in shown
        refused = [
            max_.post(URL, form()),
            max_.post("/vendor/rules/new_hires/try/", {"is_on": "on"}),
            max_.get(reverse("rule_health")),
        ]
        assert [answer.status_code for answer in refused] == [403, 403, 403]
        assert not PlayVersion.objects.exists()
