"""Addresses of procurement."""

from django.urls import URLPattern, URLResolver, include, path

from accounts.api.routes import OF_ORGANIZATION, operation
from procurement.api import contributing
from procurement.api import requests as api
from procurement.views import asking, deciding, delegations, requests, rules

_ONE = "requests/purchases/<uuid:purchase_request_id>/"

_organization: list[URLPattern | URLResolver] = [
    path("requests/purchases/", requests.purchase_requests, name="purchase_requests"),
    path(
        "requests/purchases.<str:format>",
        requests.purchase_requests_export,
        name="purchase_requests_export",
    ),
    path("requests/purchases/new/", asking.request_new, name="request_new"),
    path(_ONE, requests.purchase_request, name="purchase_request"),
    path(f"{_ONE}decide/", deciding.request_decide, name="request_decide"),
    path(f"{_ONE}withdraw/", requests.request_withdraw, name="request_withdraw"),
    path(f"{_ONE}again/", asking.request_again, name="request_again"),
    path(f"{_ONE}retry/", requests.request_retry, name="request_retry"),
    path(f"{_ONE}comment/", requests.request_comment, name="request_comment"),
    path(f"{_ONE}attach/", requests.request_attach, name="request_attach"),
    path(
        f"{_ONE}files/<int:attachment_id>/", requests.request_attachment, name="request_attachment"
    ),
    path("requests/link/<str:token>/", deciding.request_link, name="request_link"),
    path("requests/stand-in/", delegations.approval_delegation, name="approval_delegation"),
    path(
        "requests/stand-in/<int:delegation_id>/end/",
        delegations.approval_delegation_end,
        name="approval_delegation_end",
    ),
    path("settings/approval/", rules.approval_rules, name="approval_rules"),
    path("settings/approval/save/", rules.approval_rules_save, name="approval_rules_save"),
]

_API = f"{OF_ORGANIZATION}/purchase-requests"
_API_ONE = f"{_API}/<uuid:purchase_request_id>"

_operations: list[URLPattern | URLResolver] = [
    operation(_API, api.PurchaseRequestsView, "purchase_requests"),
    operation(_API_ONE, api.PurchaseRequestView, "purchase_request"),
    operation(f"{_API_ONE}/withdraw", api.PurchaseRequestWithdrawView, "purchase_request_withdraw"),
    operation(f"{_API_ONE}/decision", api.PurchaseRequestDecisionView, "purchase_request_decision"),
    operation(f"{_API_ONE}/comments", contributing.RequestCommentsView, "request_comments"),
    operation(f"{_API_ONE}/files", contributing.RequestFilesView, "request_files"),
    operation(
        f"{_API_ONE}/files/<int:attachment_id>", contributing.RequestFileView, "request_file"
    ),
    operation(f"{_API_ONE}/again", contributing.RequestAgainView, "request_again"),
    operation(f"{_API_ONE}/retry", contributing.RequestRetryView, "request_retry"),
    operation(
        f"{OF_ORGANIZATION}/approval-rules", contributing.ApprovalRulesView, "approval_rules"
    ),
]

urlpatterns: list[URLPattern | URLResolver] = [
    *_operations,
    path("o/<slug:slug>/", include(_organization)),
    path("", include("procurement.planning_urls")),
]
