"""Files of deals for a CRM, the mappings that make them, and what the CRM says back.

Mappings and exports are the vendor's own: these run inside the staff context of who asks, which
also says whose tasks are in the file.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import ClassVar, Final

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.domain.roles import StaffScope
from accounts.errors import DomainError
from accounts.models import User
from accounts.services.history import Actor, record
from accounts.tenancy import organization_context, staff_context
from signals.domain.crm import PRESETS, MappingUnfit, Preset, parse_columns
from signals.models import CrmExport, CrmMapping, ExpansionTask
from signals.selectors.crm import deals, tasks_for_crm

# What was being committed during the last export is in this one too; a CRM upserts by external id.
_OVERLAP: Final = timedelta(minutes=5)


class CrmMappingUnfit(DomainError):
    """A mapping of which no file can be made."""

    code: ClassVar[str] = "crm_mapping_unfit"
    status: ClassVar[int] = 400
    field: ClassVar[str] = "columns"


class CrmMappingNameTaken(DomainError):
    """Another mapping has the name."""

    code: ClassVar[str] = "crm_mapping_name_taken"
    field: ClassVar[str] = "name"


def add_mapping(*, name: str, preset: Preset, actor: Actor, now: datetime) -> CrmMapping:
    """Create a mapping from the names of a CRM. Raises CrmMappingNameTaken."""
    made = PRESETS[preset]
    try:
        with transaction.atomic():
            mapping = CrmMapping.objects.create(
                name=" ".join(name.split()),
                preset=preset.value,
                columns=[[heading, field.value] for heading, field in made.columns],
                stages=dict(made.stages),
                created_at=now,
            )
    except IntegrityError as error:
        raise CrmMappingNameTaken(_("There is a mapping of that name already.")) from error
    _record("crm_mapping_added", mapping, actor, now)
    return mapping


def change_mapping(
    *,
    mapping_id: int,
    columns: Sequence[tuple[str, str]],
    stages: Mapping[str, str],
    actor: Actor,
    now: datetime,
) -> CrmMapping:
    """Change headings and stages; a field without a heading is left out.

    Raises CrmMappingUnfit, CrmMapping.DoesNotExist.
    """
    mapping = CrmMapping.objects.select_for_update().get(pk=mapping_id)
    try:
        parsed = parse_columns(columns)
    except MappingUnfit as error:
        said = {
            "twice": _("Each heading may stand once."),
            "external_id": _("Give the external id a heading: the CRM finds the deal by it."),
        }
        raise CrmMappingUnfit(said[str(error)]) from error
    mapping.columns = [[heading, field.value] for heading, field in parsed]
    mapping.stages = {name: stage.strip()[:80] for name, stage in stages.items() if stage.strip()}
    mapping.save(update_fields=["columns", "stages"])
    _record("crm_mapping_changed", mapping, actor, now)
    return mapping


def last_export(mapping: CrmMapping, user: User) -> CrmExport | None:
    """Return the newest file that the person took of a mapping."""
    return CrmExport.objects.filter(mapping=mapping, user=user).first()


def export_deals(
    *, mapping: CrmMapping, user: User, is_incremental: bool, actor: Actor, now: datetime
) -> tuple[list[str], list[list[str | int | date]]]:
    """Return headings and rows of the tasks in the reader's scope, and note the export.

    An incremental one holds the tasks to which something happened since the person's last export
    of the mapping, all when there was none.
    """
    last = last_export(mapping, user) if is_incremental else None
    since = None if last is None else last.at - _OVERLAP
    made = mapping.mapping()
    rows = [made.row(deal) for deal in deals(tasks_for_crm(since=since))]
    CrmExport.objects.create(mapping=mapping, user=user, at=now, since=since, tasks=len(rows))
    _record("crm_exported", mapping, actor, now, {"tasks": len(rows)})
    return [heading for heading, _field in made.columns], rows


def note_deal(
    *, organization_id: int, task_id: int, crm_id: str | None, crm_stage: str | None
) -> ExpansionTask:
    """Keep what a CRM says of a task's deal: its id and stage there; None leaves one as it is.

    Nothing follows from it here. Raises ExpansionTask.DoesNotExist.
    """
    with organization_context(organization_id):
        task = ExpansionTask.objects.select_for_update(of=("self",), no_key=True).get(pk=task_id)
        task.crm_id = task.crm_id if crm_id is None else crm_id
        task.crm_stage = task.crm_stage if crm_stage is None else crm_stage
        task.save(update_fields=["crm_id", "crm_stage"])
        return task


def _record(
    verb: str,
    mapping: CrmMapping,
    actor: Actor,
    now: datetime,
    changes: dict[str, int] | None = None,
) -> None:
    # The vendor's own entries are written in the widest scope, whoever acts.
    with staff_context(user_id=actor.user_id or 0, scope=StaffScope.ALL):
        record(
            actor=actor,
            verb=verb,
            subject=mapping,
            organization_id=None,
            now=now,
            changes=changes,
        )
