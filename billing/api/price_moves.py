"""Moving subscribers to the version on sale over the API: who, begun, tried again, taken back."""

from typing import Any, ClassVar

from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.pagination import listed, ordered_by
from accounts.api.reading import body_of
from accounts.api.tenancy import of_vendor, signed
from accounts.errors import DomainError
from billing.api.vendor import CatalogView
from billing.models import Price, PriceMigration, PriceMove
from billing.selectors.catalog import newer_version, priced
from billing.selectors.price_moves import find_migration, migration_progress, move_preview
from billing.services.price_moves import retry_moves, start_migration, withdraw_moves
from billing.tasks import work_price_moves

_MOST = 10_000


class NoOtherVersion(DomainError):
    """The version is on sale itself, or nothing of its kind is."""

    code: ClassVar[str] = "no_other_version"


class MoveLineSerializer(serializers.Serializer[Any]):
    """Who would move: an interval before and after, at the seats of the renewal."""

    organization = serializers.CharField(source="subscription.organization.external_id")
    seats = serializers.IntegerField()
    before_minor = serializers.IntegerField()
    after_minor = serializers.IntegerField()
    currency = serializers.CharField(source="subscription.price.currency")
    renews_at = serializers.DateTimeField(allow_null=True)
    refusal = serializers.CharField(help_text="Why it cannot be moved; empty where it can.")


class MovePreviewSerializer(serializers.Serializer[Any]):
    """Everybody who pays a version, and the sums of those who can move."""

    to_price = serializers.IntegerField(source="to_price.pk", help_text="The version on sale.")
    before_minor = serializers.IntegerField(source="preview.before_minor")
    after_minor = serializers.IntegerField(source="preview.after_minor")
    lines = MoveLineSerializer(source="preview.lines", many=True)


class NewMigrationSerializer(serializers.Serializer[Any]):
    """Who is moved, by their names outside, and what they are told."""

    organizations = serializers.ListField(
        child=serializers.CharField(max_length=200), min_length=1, max_length=_MOST
    )
    notice = serializers.CharField(max_length=500, default="", allow_blank=True)


class PriceMoveSerializer(serializers.ModelSerializer[PriceMove]):
    """One organization of a migration; `problem` says why it was not possible."""

    organization = serializers.SlugRelatedField[Any](slug_field="external_id", read_only=True)

    class Meta:
        model = PriceMove
        fields = (
            *("id", "organization", "state", "seats", "before_minor", "after_minor", "problem"),
            *("effective_at", "told_at", "ended_at"),
        )


class MigrationSerializer(serializers.ModelSerializer[PriceMigration]):
    """A migration from one version to another, and how far each organization is."""

    started_by = serializers.CharField(source="started_label", read_only=True)
    moves = serializers.SerializerMethodField()

    class Meta:
        model = PriceMigration
        fields = ("id", "from_price", "to_price", "notice", "started_at", "started_by", "moves")

    @extend_schema_field(PriceMoveSerializer(many=True))
    def get_moves(self, migration: PriceMigration) -> Any:
        """Return the moves, by the organization's name."""
        return PriceMoveSerializer(migration_progress(migration).moves, many=True).data


class MoveChoiceSerializer(serializers.Serializer[Any]):
    """Which moves; without any, all that can still be taken back."""

    moves = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1),
        default=list,
        max_length=_MOST,
    )


class PriceMovesView(CatalogView):
    """Those who pay an earlier version."""

    @extend_schema(
        operation_id="price_moves_preview",
        summary="Who would move to the version on sale, and what each pays then",
        description="The dearest difference first. Without another version on sale it is 409 "
        "`no_other_version`.",
        responses={200: MovePreviewSerializer},
        tags=["catalog"],
    )
    @of_vendor
    def get(self, request: Request, price_id: int) -> Response:
        """Return who would move."""
        found, to_price = _versions(price_id)
        preview = move_preview(found, to_price)
        return Response(MovePreviewSerializer({"to_price": to_price, "preview": preview}).data)

    @extend_schema(
        operation_id="price_moves_start",
        summary="Move subscribers to the version on sale",
        description="Each at its next renewal; their admins are told. If nobody of those named "
        "can be moved, the answer is 422 `migration_not_possible`.",
        request=NewMigrationSerializer,
        responses={201: MigrationSerializer},
        tags=["catalog"],
    )
    @of_vendor
    def post(self, request: Request, price_id: int) -> Response:
        """Begin the migration."""
        given = body_of(request, NewMigrationSerializer)
        found, to_price = _versions(price_id)
        named = set(given["organizations"])
        lines = move_preview(found, to_price).lines
        organizations = [line.subscription.organization for line in lines]
        migration = start_migration(
            from_price=found,
            to_price=to_price,
            organization_ids={each.pk for each in organizations if each.external_id in named},
            notice=given["notice"],
            **signed(request),
        )
        transaction.on_commit(work_price_moves.delay)
        return Response(MigrationSerializer(migration).data, status=201)


class MigrationsView(CatalogView):
    """Migrations."""

    pagination_class = ordered_by("-started_at", "-pk")

    @extend_schema(
        operation_id="price_migrations_list",
        summary="List the migrations between versions",
        description="The latest first.",
        responses={200: MigrationSerializer(many=True)},
        tags=["catalog"],
    )
    @of_vendor
    def get(self, request: Request) -> Response:
        """Return one page of migrations."""
        return listed(self, request, PriceMigration.objects.all(), MigrationSerializer)


class MigrationView(CatalogView):
    """One migration."""

    @extend_schema(
        operation_id="price_migrations_read",
        summary="Read how far a migration is",
        responses={200: MigrationSerializer},
        tags=["catalog"],
    )
    @of_vendor
    def get(self, request: Request, migration_id: int) -> Response:
        """Return the migration."""
        return Response(MigrationSerializer(_migration(migration_id)).data)


class MigrationRetryView(CatalogView):
    """Trying again."""

    @extend_schema(
        operation_id="price_migrations_retry",
        summary="Try the moves again that were not possible",
        request=None,
        responses={200: MigrationSerializer},
        tags=["catalog"],
    )
    @of_vendor
    def post(self, request: Request, migration_id: int) -> Response:
        """Put them in line again."""
        migration = _migration(migration_id)
        retry_moves(moves=migration_progress(migration).moves, **signed(request))
        transaction.on_commit(work_price_moves.delay)
        return Response(MigrationSerializer(migration).data)


class MigrationUndoView(CatalogView):
    """Taking moves back."""

    @extend_schema(
        operation_id="price_migrations_undo",
        summary="Take moves back before their renewal",
        description="Those named, or all. What has happened stays as it is.",
        request=MoveChoiceSerializer,
        responses={200: MigrationSerializer},
        tags=["catalog"],
    )
    @of_vendor
    def post(self, request: Request, migration_id: int) -> Response:
        """Take them back."""
        wanted = set(body_of(request, MoveChoiceSerializer)["moves"])
        migration = _migration(migration_id)
        moves = migration_progress(migration).moves
        withdraw_moves(
            moves=[move for move in moves if not wanted or move.pk in wanted], **signed(request)
        )
        transaction.on_commit(work_price_moves.delay)
        return Response(MigrationSerializer(migration).data)


def _versions(price_id: int) -> tuple[Price, Price]:
    """Return a version and the one on sale instead of it; raises Http404, NoOtherVersion."""
    found = get_object_or_404(priced(), pk=price_id)
    to_price = newer_version(found)
    if to_price is None:
        raise NoOtherVersion(_("No other version of this price is on sale."))
    return found, to_price


def _migration(migration_id: int) -> PriceMigration:
    found = find_migration(migration_id)
    if found is None:
        raise Http404
    return found
