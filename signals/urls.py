"""Addresses of signals and tasks, and the pages of the vendor's staff."""

from django.urls import URLPattern, URLResolver, include, path

from signals.api import sharing as sharing_api
from signals.api import signals as signals_api
from signals.api import tasks as tasks_api
from signals.views import (
    accounts,
    history,
    notices,
    operations,
    overview,
    pipeline,
    portfolio,
    rule_health,
    search,
    sharing,
    signals,
    task_actions,
    tasks,
    today,
)

_vendor: list[URLPattern | URLResolver] = [
    path("today/", today.today, name="today"),
    path("today/<int:task_id>/", today.today, name="today_task"),
    path("tasks/", tasks.tasks, name="tasks"),
    path("tasks.<str:format>", tasks.tasks_export, name="tasks_export"),
    path("tasks/<int:task_id>/", tasks.task, name="task"),
    path("tasks/<int:task_id>/move/<str:to>/", task_actions.task_move, name="task_move"),
    path("tasks/<int:task_id>/snooze/", task_actions.task_snooze, name="task_snooze"),
    path("tasks/<int:task_id>/assign/", task_actions.task_assign, name="task_assign"),
    path("tasks/<int:task_id>/merge/", task_actions.task_merge, name="task_merge"),
    path("tasks/<int:task_id>/undo/", task_actions.task_undo, name="task_undo"),
    path("tasks/<int:task_id>/steps/<int:position>/", task_actions.task_step, name="task_step"),
    path("portfolio/", portfolio.portfolio, name="portfolio"),
    path("portfolio.<str:format>", portfolio.portfolio_export, name="portfolio_export"),
    path("accounts/", accounts.accounts, name="accounts"),
    path("accounts.<str:format>", accounts.accounts_export, name="accounts_export"),
    path("accounts/<slug:account>/", accounts.account, name="account"),
    path("signals/", signals.signals, name="signals"),
    path("signals.<str:format>", signals.signals_export, name="signals_export"),
    path("notifications/", notices.vendor_notifications, name="vendor_notifications"),
    path("rules/", operations.rules, name="rules"),
    path("rules/health/", rule_health.rule_health, name="rule_health"),
    path("rules/health.<str:format>", rule_health.rule_health_export, name="rule_health_export"),
    path("rules/health/<str:kind>/", rule_health.rule_health_of, name="rule_health_of"),
    path("jobs/", operations.jobs, name="jobs"),
    path("jobs/messages/", rule_health.messages_in_doubt, name="messages_in_doubt"),
    path("usage/", pipeline.usage_operations, name="usage_operations"),
    path("usage/rebuild/", pipeline.usage_rebuild, name="usage_rebuild"),
    path("usage/quarantine/", pipeline.quarantine, name="quarantine"),
    path(
        "usage/quarantine/<int:quarantined_id>/",
        pipeline.quarantined_event,
        name="quarantined_event",
    ),
    path(
        "usage/quarantine/<int:quarantined_id>/decide/",
        pipeline.quarantined_decide,
        name="quarantined_decide",
    ),
    path("history/", history.vendor_history, name="vendor_history"),
    path("history.<str:format>", history.vendor_history_export, name="vendor_history_export"),
    path("search/", search.vendor_search, name="vendor_search"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("o/<slug:slug>/", overview.overview, name="overview"),
    path("o/<slug:slug>/overview.<str:format>", overview.overview_export, name="overview_export"),
    path("o/<slug:slug>/notifications/", notices.notifications, name="notifications"),
    path("notifications/open/", notices.notification_open, name="notification_open"),
    path("notifications/read/", notices.notifications_read, name="notifications_read"),
    path("notifications/stop/<str:token>/", notices.notices_end, name="notices_end"),
    path("preferences/notifications/", notices.notice_settings, name="notice_settings"),
    path("o/<slug:slug>/sharing/", sharing.shared_accounts, name="shared_accounts"),
    path("o/<slug:slug>/sharing/policy/", sharing.sharing_policy, name="sharing_policy"),
    path("o/<slug:slug>/sharing/<int:shared_id>/", sharing.shared_account, name="shared_account"),
    path(
        "o/<slug:slug>/sharing/<int:shared_id>/answer/",
        sharing.shared_account_answer,
        name="shared_account_answer",
    ),
    path("vendor/", include(_vendor)),
    path("api/v1/signals", signals_api.SignalList.as_view(), name="api_signals"),
    path("api/v1/signals/sharing", sharing_api.SharingList.as_view(), name="api_sharing"),
    path("api/v1/tasks", tasks_api.TaskList.as_view(), name="api_tasks"),
]
