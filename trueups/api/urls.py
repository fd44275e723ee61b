"""Addresses of this app's API, below /api/v1/."""

from django.urls import path

from accounts.api.routes import OF_ORGANIZATION, operation
from trueups.api import finance, review, terms, views

_OWN = "api/v1/organizations/<str:organization>/true-ups"
_OWN_ONE = f"{_OWN}/<uuid:true_up_id>"
_ONE = "api/v1/true-ups/<uuid:true_up_id>"

_review = [
    path(_OWN, review.OwnTrueUpsView.as_view(), name="api_own_true_ups"),
    path(_OWN_ONE, review.OwnTrueUpView.as_view(), name="api_own_true_up"),
    path(f"{_OWN_ONE}/people", review.TrueUpPeopleView.as_view(), name="api_true_up_people"),
    path(f"{_OWN_ONE}/open-evidence", review.TrueUpOpenView.as_view(), name="api_true_up_open"),
    path(
        f"{_OWN_ONE}/decisions",
        review.TrueUpDecisionsView.as_view(),
        name="api_true_up_decisions",
    ),
    path(f"{_OWN_ONE}/submit", review.TrueUpSubmitView.as_view(), name="api_true_up_submit"),
    path(
        f"{_OWN_ONE}/lines/<int:line_id>/comments",
        review.TrueUpCommentsView.as_view(),
        name="api_true_up_comments",
    ),
    path(
        f"{_OWN_ONE}/disputes/<int:comment_id>/withdraw",
        review.TrueUpDisputeWithdrawView.as_view(),
        name="api_true_up_dispute_withdraw",
    ),
]

_finance = [
    path("api/v1/true-ups", views.TrueUpList.as_view(), name="api_true_ups"),
    path("api/v1/true-ups/close", views.CloseView.as_view(), name="api_true_up_close"),
    path(_ONE, views.TrueUpView.as_view(), name="api_true_up"),
    path(f"{_ONE}/waive", finance.TrueUpWaiveView.as_view(), name="api_true_up_waive"),
    path(f"{_ONE}/return", finance.TrueUpReturnView.as_view(), name="api_true_up_return"),
    path(f"{_ONE}/void", finance.TrueUpVoidView.as_view(), name="api_true_up_void"),
    path(f"{_ONE}/sign", finance.TrueUpSignView.as_view(), name="api_true_up_sign"),
    path(
        f"{_ONE}/lines/<int:line_id>/remarks",
        finance.TrueUpRemarkView.as_view(),
        name="api_true_up_remark",
    ),
    path(
        f"{_ONE}/disputes/<int:comment_id>/answer",
        finance.TrueUpDisputeAnswerView.as_view(),
        name="api_true_up_dispute_answer",
    ),
]

_terms = [
    operation(f"{OF_ORGANIZATION}/true-up-terms", terms.TermsView, "true_up_terms"),
    operation(
        f"{OF_ORGANIZATION}/true-up-simulation", terms.TrueUpSimulationView, "true_up_simulation"
    ),
    operation(f"{_OWN_ONE}/pdf", terms.TrueUpPdfView, "true_up_pdf"),
    operation(f"{_OWN_ONE}/workbook", terms.TrueUpWorkbookView, "true_up_workbook"),
    operation(f"{OF_ORGANIZATION}/lock-outs", terms.LockOutsView, "lock_outs"),
    operation(
        f"{OF_ORGANIZATION}/lock-outs/<int:lock_out_id>/return",
        terms.LockOutReturnView,
        "lock_out_return",
    ),
]

urlpatterns = [*_review, *_finance, *_terms]
