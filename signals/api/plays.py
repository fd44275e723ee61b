"""Plays over the vendor's API: what is in force, every version, and the next one."""

from typing import Any, ClassVar, Final

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView
from accounts.api.permissions import VENDOR_KEY
from accounts.api.reading import all_of, body_of
from accounts.api.tenancy import as_vendor, caller_of
from accounts.domain.scopes import Area
from signals.domain.plays import FIELDS, LANGUAGES, LATEST_STEP, MOST_STEPS, PlayText
from signals.domain.tasks import Play
from signals.models import PlayVersion
from signals.selectors.play_pages import PlayRow, play_rows, versions_of
from signals.selectors.task_play import play_text
from signals.services.steps import save_play

_LONGEST_STEP: Final = 500
_LONGEST_MAIL: Final = 5_000
_ONE_OF = ", ".join(f"`{{{name}}}`" for name in FIELDS)


class PlayStepSerializer(serializers.Serializer[Any]):
    """One step; its text by language, English at least."""

    text = serializers.DictField(child=serializers.CharField(max_length=_LONGEST_STEP))
    days = serializers.IntegerField(
        min_value=0, max_value=LATEST_STEP, help_text="business days after which it is due"
    )

    def validate_text(self, value: dict[str, str]) -> dict[str, str]:
        """Refuse languages that nobody reads here."""
        return _in_known_languages(value)


class PlayMailSerializer(serializers.Serializer[Any]):
    """The mail that a task is opened with, plain text."""

    subject = serializers.CharField(max_length=200)
    body = serializers.CharField(max_length=_LONGEST_MAIL)


class PlayTextSerializer(serializers.Serializer[Any]):
    """What a play says, given whole."""

    steps = serializers.ListField(child=PlayStepSerializer(), max_length=MOST_STEPS)
    mails = serializers.DictField(
        child=PlayMailSerializer(), help_text=f"by language; it may name {_ONE_OF}"
    )

    def validate_mails(self, value: dict[str, Any]) -> dict[str, Any]:
        """Refuse languages that nobody reads here."""
        return _in_known_languages(value)


class ChangedPlaySerializer(PlayTextSerializer):
    """The next version of a play."""

    version_before = serializers.IntegerField(
        min_value=0, max_value=2**31 - 2, help_text="the `version` that was read"
    )


class PlaySerializer(serializers.Serializer[PlayRow]):
    """A play; version 0 is what the product comes with."""

    play = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    steps = serializers.IntegerField(help_text="how many")
    live_tasks = serializers.IntegerField(source="live")
    version = serializers.IntegerField(source="latest.version", default=0)


class WholePlaySerializer(PlayTextSerializer):
    """A play as it is in force for tasks that open from now on."""

    play = serializers.CharField()
    version = serializers.IntegerField()


class PlayVersionSerializer(serializers.ModelSerializer[PlayVersion]):
    """A version that was saved."""

    steps = PlayStepSerializer(many=True, source="text.steps")
    mails = serializers.DictField(child=PlayMailSerializer(), source="text.mails")
    saved_by = serializers.CharField(source="actor_label")

    class Meta:
        model = PlayVersion
        fields = ("version", "at", "saved_by", "steps", "mails")


class PlaysView(ApiView):
    """All plays."""

    access: ClassVar = VENDOR_KEY
    area: ClassVar = Area.SIGNALS

    @extend_schema(
        operation_id="plays_list",
        summary="Plays that tasks are worked by",
        description="With how many live tasks follow each.",
        responses={200: PlaySerializer(many=True)},
        tags=["plays"],
    )
    def get(self, request: Request) -> Response:
        """Return every play."""
        with as_vendor():
            return all_of(PlaySerializer, play_rows())


class PlayView(ApiView):
    """One play."""

    access: ClassVar = VENDOR_KEY
    area: ClassVar = Area.SIGNALS

    @extend_schema(
        operation_id="plays_read",
        summary="A play in force",
        description="Its steps and mails in every language.",
        responses={200: WholePlaySerializer},
        tags=["plays"],
    )
    def get(self, request: Request, play: str) -> Response:
        """Return the play."""
        return _whole(_play(play))

    @extend_schema(
        operation_id="plays_change",
        summary="Save the next version of a play",
        description=(
            "For tasks that open from then on. What no task could be worked by is 422 "
            "`play_is_wrong`; when somebody saved a version meanwhile 409 "
            "`play_changed_meanwhile`. An earlier version is put back by sending its text."
        ),
        request=ChangedPlaySerializer,
        responses={200: WholePlaySerializer},
        tags=["plays"],
    )
    def put(self, request: Request, play: str) -> Response:
        """Save the next version."""
        wanted = _play(play)
        given = body_of(request, ChangedPlaySerializer)
        with as_vendor():
            save_play(
                play=wanted,
                text=PlayText.from_json(given),
                version_before=given["version_before"],
                actor=caller_of(request).actor,
                now=timezone.now(),
            )
        return _whole(wanted)


class PlayVersionsView(ApiView):
    """Its versions."""

    access: ClassVar = VENDOR_KEY
    area: ClassVar = Area.SIGNALS

    @extend_schema(
        operation_id="plays_versions",
        summary="Every version of a play that was saved",
        description="The latest first.",
        responses={200: PlayVersionSerializer(many=True)},
        tags=["plays"],
    )
    def get(self, request: Request, play: str) -> Response:
        """Return the versions."""
        wanted = _play(play)
        with as_vendor():
            return all_of(PlayVersionSerializer, versions_of(wanted))


def _play(name: str) -> Play:
    if name not in set(Play):
        raise Http404
    return Play(name)


def _whole(play: Play) -> Response:
    with as_vendor():
        text, version = play_text(play)
    data = text.as_json() | {"play": play.value, "version": version}
    return Response(WholePlaySerializer(data).data)


def _in_known_languages[V](value: dict[str, V]) -> dict[str, V]:
    if unknown := sorted(set(value) - set(LANGUAGES)):
        raise serializers.ValidationError(
            _("%(name)s is none of %(known)s.")
            % {"name": unknown[0], "known": ", ".join(LANGUAGES)}
        )
    return value
