"""Addresses of this app's API, below /api/v1/."""

from django.urls import path

from signals.api import (
    account_notes,
    crm,
    deletions,
    growth,
    operations,
    plays,
    rule_health,
    rules,
    sharing,
    sharing_cases,
    signals,
    staff,
    task_work,
    tasks,
    usage_operations,
)

_ONE = "api/v1/organizations/<str:organization>"
_TASK = "api/v1/tasks/<int:task_id>"
_OWNER_RULE = "api/v1/owner-rules/<int:owner_rule_id>"
_RUN = "api/v1/rules/runs/<uuid:run_id>"
_EVENT = "api/v1/operations/quarantine/<int:quarantined_id>"

_tasks = [
    path("api/v1/tasks", tasks.TaskList.as_view(), name="api_tasks"),
    path(_TASK, tasks.TaskView.as_view(), name="api_task"),
    path(f"{_TASK}/undo", task_work.TaskUndoView.as_view(), name="api_task_undo"),
    path(f"{_TASK}/merge", task_work.TaskMergeView.as_view(), name="api_task_merge"),
    path(f"{_TASK}/events", task_work.TaskEventsView.as_view(), name="api_task_events"),
    path(f"{_TASK}/steps", task_work.TaskStepsView.as_view(), name="api_task_steps"),
    path(f"{_TASK}/steps/<int:position>", task_work.TaskStepView.as_view(), name="api_task_step"),
]

_accounts = [
    path(f"{_ONE}/notes", account_notes.NotesView.as_view(), name="api_notes"),
    path(f"{_ONE}/notes/<uuid:note_key>", account_notes.NoteView.as_view(), name="api_note"),
    path(f"{_ONE}/growth", growth.GrowthView.as_view(), name="api_growth"),
    path(
        f"{_ONE}/growth/<int:ledger_entry_id>",
        growth.IncreaseView.as_view(),
        name="api_increase",
    ),
    path(
        f"{_ONE}/vendor-requests",
        account_notes.AskVendorView.as_view(),
        name="api_ask_vendor",
    ),
    path(
        "api/v1/vendor-requests",
        account_notes.VendorRequestsView.as_view(),
        name="api_vendor_requests",
    ),
    path(
        "api/v1/vendor-requests/<int:asked_id>/answer",
        account_notes.VendorRequestAnswerView.as_view(),
        name="api_vendor_request_answer",
    ),
]

_rules = [
    path("api/v1/rules", rules.RulesView.as_view(), name="api_rules"),
    path("api/v1/rules/<slug:rule_kind>/try", rules.RuleTryView.as_view(), name="api_rule_try"),
    path(
        "api/v1/rules/<slug:rule_kind>/settings",
        rules.RuleResetView.as_view(),
        name="api_rule_reset",
    ),
    path(_RUN, rules.DryRunView.as_view(), name="api_rule_run"),
    path(f"{_RUN}/in-force", rules.DryRunInForceView.as_view(), name="api_rule_in_force"),
    path("api/v1/owner-rules", staff.OwnerRulesView.as_view(), name="api_owner_rules"),
    path(_OWNER_RULE, staff.OwnerRuleView.as_view(), name="api_owner_rule"),
    path(f"{_OWNER_RULE}/move", staff.OwnerRuleMoveView.as_view(), name="api_owner_rule_move"),
    path("api/v1/staff", staff.StaffView.as_view(), name="api_staff"),
    path("api/v1/staff/<str:email>/absence", staff.AbsenceView.as_view(), name="api_absence"),
    path("api/v1/staff/<str:email>/manager", staff.ManagerView.as_view(), name="api_manager"),
]

_operations = [
    path("api/v1/operations/jobs", operations.JobsView.as_view(), name="api_jobs"),
    path("api/v1/operations/retention", operations.RetentionView.as_view(), name="api_retention"),
    path(
        "api/v1/operations/quarantine",
        operations.QuarantineView.as_view(),
        name="api_quarantine",
    ),
    path(
        f"{_EVENT}/replay", operations.QuarantineReplayView.as_view(), name="api_quarantine_replay"
    ),
    path(
        f"{_EVENT}/discard",
        operations.QuarantineDiscardView.as_view(),
        name="api_quarantine_discard",
    ),
]

_CASE = f"{_ONE}/sharing/cases/<int:shared_id>"
_DELETION = f"{_ONE}/deletions/<int:deletion_id>"
_PLAY = "api/v1/plays/<str:play>"
_MAPPING = "api/v1/crm-mappings/<int:mapping_id>"

_sharing = [
    path("api/v1/signals/sharing", sharing.SharingList.as_view(), name="api_sharing"),
    path(
        f"{_ONE}/sharing/cases",
        sharing_cases.SharingCasesView.as_view(),
        name="api_sharing_cases",
    ),
    path(_CASE, sharing_cases.SharingCaseView.as_view(), name="api_sharing_case"),
    path(
        f"{_CASE}/answer",
        sharing_cases.SharingCaseAnswerView.as_view(),
        name="api_sharing_case_answer",
    ),
    path(
        f"{_CASE}/people",
        sharing_cases.SharingCasePeopleView.as_view(),
        name="api_sharing_case_people",
    ),
    path(
        f"{_ONE}/sharing/policy",
        sharing_cases.SharingPolicyView.as_view(),
        name="api_sharing_policy",
    ),
]

_deletions = [
    path(f"{_ONE}/deletions", deletions.DeletionsView.as_view(), name="api_deletions"),
    path(_DELETION, deletions.DeletionView.as_view(), name="api_deletion"),
    path(
        f"{_DELETION}/decision",
        deletions.DeletionDecisionView.as_view(),
        name="api_deletion_decision",
    ),
    path(f"{_DELETION}/undo", deletions.DeletionUndoView.as_view(), name="api_deletion_undo"),
]

_vendor = [
    path("api/v1/plays", plays.PlaysView.as_view(), name="api_plays"),
    path(_PLAY, plays.PlayView.as_view(), name="api_play"),
    path(f"{_PLAY}/versions", plays.PlayVersionsView.as_view(), name="api_play_versions"),
    path("api/v1/rules/health", rule_health.RulesHealthView.as_view(), name="api_rules_health"),
    path(
        "api/v1/rules/<slug:rule_kind>/health",
        rule_health.RuleHealthView.as_view(),
        name="api_rule_health",
    ),
    path(
        "api/v1/operations/messages-in-doubt",
        rule_health.MessagesInDoubtView.as_view(),
        name="api_messages_in_doubt",
    ),
    path(
        "api/v1/operations/usage",
        usage_operations.UsageHealthView.as_view(),
        name="api_usage_health",
    ),
    path(
        "api/v1/operations/usage/rebuilds",
        usage_operations.RebuildsView.as_view(),
        name="api_usage_rebuilds",
    ),
    path("api/v1/history", usage_operations.VendorHistoryView.as_view(), name="api_vendor_history"),
    path("api/v1/crm-mappings", crm.CrmMappingsView.as_view(), name="api_crm_mappings"),
    path(_MAPPING, crm.CrmMappingView.as_view(), name="api_crm_mapping"),
    path(f"{_MAPPING}/deals", crm.CrmDealsView.as_view(), name="api_crm_deals"),
]

urlpatterns = [
    *_tasks,
    *_accounts,
    *_rules,
    *_operations,
    *_sharing,
    *_deletions,
    *_vendor,
    path("api/v1/signals", signals.SignalList.as_view(), name="api_signals"),
]
