"""Plays: the list, and one with its steps, its mail in three languages and its versions."""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import VendorRequest, vendor_page
from accounts.domain.roles import Permission, may
from accounts.models import Organization
from accounts.services.history import Actor
from accounts.views.answers import done
from signals.domain.play_texts import PLAY_TEXTS
from signals.domain.plays import LANGUAGES, Mail, PlayText, in_language, mail_in_language
from signals.domain.tasks import Play
from signals.models import PlayChoice, PlayVersion
from signals.selectors.play_pages import MailPreview, play_rows, preview_for, versions_of
from signals.selectors.task_play import play_text
from signals.services.steps import PlayChangedMeanwhile, PlayIsWrong, save_play
from signals.views.play_forms import PlayDraft


@vendor_page(Permission.RULES_READ)
@require_safe
def plays(request: VendorRequest) -> HttpResponse:
    """List the plays."""
    return render(request, "signals/plays.html", {"rows": play_rows()})


@vendor_page(Permission.RULES_READ)
@require_http_methods(["GET", "HEAD", "POST"])
def play(request: VendorRequest, play: str) -> HttpResponse:
    """Show a play in a form, change its steps before they are saved, and save it.

    With `version` in the address the form holds that version, to be put into force again; 0 is
    what the product comes with. Whoever may not change it reads what is in force.
    """
    if play not in set(Play):
        raise Http404("No such play")
    wanted = Play(play)
    if not may(request.vendor_role, Permission.RULES_MANAGE):
        if request.method == "POST":
            raise PermissionDenied
        return _read_only(request, wanted)
    if request.method != "POST":
        text, loaded = _wanted_text(wanted, request.GET.get("version", ""))
        draft = PlayDraft.of(text, play_text(wanted)[1])
        return _page(request, wanted, draft, account=request.GET.get("account", ""), loaded=loaded)
    draft = PlayDraft.read(request.POST)
    account, action = request.POST.get("account", ""), request.POST.get("action", "")
    if action != "save":
        draft.change(action)
        return _page(request, wanted, draft, account=account)
    try:
        saved = save_play(
            play=wanted,
            text=draft.as_text(),
            version_before=draft.version_before,
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
    except PlayIsWrong as error:
        return _page(request, wanted, draft, account=account, wrong=(error.place, str(error)))
    except PlayChangedMeanwhile as error:
        # Whoever saves again has seen that there is another version.
        draft.version_before = play_text(wanted)[1]
        return _page(request, wanted, draft, account=account, wrong=("", str(error)))
    message = _("Version %(version)s holds for tasks that open from now on.")
    return done(request, message % {"version": saved.version}, reverse("play", args=[play]))


def _read_only(request: VendorRequest, play: Play) -> HttpResponse:
    """Show the steps and the mail in the reader's language."""
    text, version = play_text(play)
    language = get_language() or LANGUAGES[0]
    context = {
        "label": capfirst(str(PlayChoice(play.value).label)),
        "version": version,
        "steps": [(step.days, in_language(step.text, language)) for step in text.steps],
        "mail": mail_in_language(text.mails, language),
    }
    return render(request, "signals/play_read.html", context)


def _wanted_text(play: Play, version: str) -> tuple[PlayText, int | None]:
    """Return the text in force, or that of a version with its number."""
    in_force, latest = play_text(play)
    if not version.isdecimal() or len(version) > 5 or int(version) == latest:
        return in_force, None
    if int(version) == 0:
        return PLAY_TEXTS[play], 0
    found = PlayVersion.objects.filter(play=play, version=int(version)).first()
    if found is None:
        raise Http404("No such version")
    return PlayText.from_json(found.text), found.version


@dataclass(frozen=True, slots=True)
class _MailPart:
    """The mail of one language in the form, beside what an account would read."""

    language: str
    mail: Mail
    shown: Mail | None
    error: str


def _page(
    request: VendorRequest,
    play: Play,
    draft: PlayDraft,
    *,
    account: str,
    loaded: int | None = None,
    wrong: tuple[str, str] = ("", ""),
) -> HttpResponse:
    place, error = wrong
    preview: MailPreview | None = preview_for(
        play, account=account, reader=request.user, now=timezone.now()
    )
    context = {
        "play": play.value,
        "label": capfirst(str(PlayChoice(play.value).label)),
        "draft": draft,
        "loaded": loaded,
        "error": "" if place else error,
        "step_error": error if place == "steps" or place.isdecimal() else "",
        "wrong_step": int(place) if place.isdecimal() else 0,
        "parts": [
            _MailPart(
                language,
                draft.mails[language],
                preview.fill(draft.mails[language], language) if preview else None,
                error if place == language else "",
            )
            for language in LANGUAGES
        ],
        "preview": preview,
        "organizations": Organization.objects.order_by("name").values_list("external_id", "name"),
        "versions": versions_of(play),
        "in_force": play_text(play)[1],
    }
    return render(request, "signals/play.html", context, status=422 if error else 200)
