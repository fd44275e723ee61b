"""Addresses of people, seats and usage."""

from django.urls import URLPattern, URLResolver, include, path

from seats.views import (
    account_usage,
    features,
    limits,
    outcomes,
    own,
    people,
    people_exports,
    person,
    privacy,
    requests,
    saved_views,
    seat_actions,
    usage,
    weekly_mail,
)

_people: list[URLPattern | URLResolver] = [
    path("", people.people, name="people"),
    path("add/", person.person_add, name="person_add"),
    path("views/", saved_views.views, name="saved_views"),
    path("views/<int:view_id>/share/", saved_views.view_share, name="view_share"),
    path("views/<int:view_id>/delete/", saved_views.view_delete, name="view_delete"),
    path("bulk/", seat_actions.people_bulk, name="people_bulk"),
    path("<int:person_id>/", person.person, name="person"),
    path("<int:person_id>/change/", person.person_change, name="person_change"),
    path("<int:person_id>/deactivate/", person.person_deactivate, name="person_deactivate"),
    path("<int:person_id>/reactivate/", person.person_reactivate, name="person_reactivate"),
    path("<int:person_id>/assign/", seat_actions.seat_assign, name="seat_assign"),
    path("<int:person_id>/release/", seat_actions.seat_release, name="seat_release"),
    path("<int:person_id>/reassign/", seat_actions.seat_reassign, name="seat_reassign"),
    path("<int:person_id>/wait/", seat_actions.seat_wait, name="seat_wait"),
    path("<int:person_id>/seat/", requests.seat_for, name="seat_for"),
    path("<int:person_id>/move/", requests.request_move, name="request_move"),
]

_organization: list[URLPattern | URLResolver] = [
    path("people/", include(_people)),
    path("people.<str:format>", people_exports.people_export, name="people_export"),
    path(
        "people/exports/<uuid:export_id>/",
        people_exports.export_progress,
        name="export_progress",
    ),
    path(
        "people/exports/<uuid:export_id>/file/",
        people_exports.export_file,
        name="export_file",
    ),
    path("settings/privacy/", privacy.settings_privacy, name="settings_privacy"),
    path(
        "settings/privacy/change/",
        privacy.settings_privacy_change,
        name="settings_privacy_change",
    ),
    path("usage/", usage.usage, name="usage"),
    path("usage.<str:format>", usage.usage_export, name="usage_export"),
    path("usage/weekly-mail/", weekly_mail.weekly_mail, name="weekly_mail"),
    path("usage/outcomes/", outcomes.outcomes, name="outcomes"),
    path("usage/outcomes.<str:format>", outcomes.outcomes_export, name="outcomes_export"),
    path("usage/outcomes/new/", outcomes.outcome_new, name="outcome_new"),
    path("usage/outcomes/<int:outcome_id>/change/", outcomes.outcome_change, name="outcome_change"),
    path("usage/outcomes/<int:outcome_id>/delete/", outcomes.outcome_delete, name="outcome_delete"),
    path("usage/outcomes/baseline/", outcomes.baseline_new, name="baseline_new"),
    path(
        "usage/outcomes/baseline/<int:baseline_id>/remove/",
        outcomes.baseline_remove,
        name="baseline_remove",
    ),
    path("usage/features/", features.features, name="features"),
    path("usage/features.<str:format>", features.features_export, name="features_export"),
    path("my-usage/", own.my_usage, name="my_usage"),
    path("ask/", own.ask_for_seat, name="ask_for_seat"),
    path("ask/withdraw/", own.ask_withdraw, name="ask_withdraw"),
    path("requests/", requests.requests, name="requests"),
    path("requests/seating/", requests.seating_choose, name="seating_choose"),
    path("requests/decide/", requests.limit_decide, name="limit_decide"),
]

_vendor: list[URLPattern | URLResolver] = [
    path("accounts/<slug:account>/features/", features.account_features, name="account_features"),
    path(
        "accounts/<slug:account>/features.<str:format>",
        features.account_features_export,
        name="account_features_export",
    ),
    path("accounts/<slug:account>/people/", account_usage.account_people, name="account_people"),
    path(
        "accounts/<slug:account>/people.<str:format>",
        account_usage.account_people_export,
        name="account_people_export",
    ),
    path(
        "accounts/<slug:account>/outcomes/",
        account_usage.account_outcomes,
        name="account_outcomes",
    ),
    path(
        "accounts/<slug:account>/outcomes.<str:format>",
        account_usage.account_outcomes_export,
        name="account_outcomes_export",
    ),
    path("organizations/<slug:account>/seat-limit/", limits.seat_limit, name="seat_limit"),
    path(
        "organizations/<slug:account>/seat-limit/<int:limit_change_id>/undo/",
        limits.seat_limit_undo,
        name="seat_limit_undo",
    ),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("mails/weekly/<str:token>/", weekly_mail.weekly_mail_end, name="weekly_mail_end"),
    path("o/<slug:slug>/", include(_organization)),
    path("vendor/", include(_vendor)),
    path("", include("seats.api.urls")),
]
