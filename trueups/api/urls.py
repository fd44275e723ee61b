"""Addresses of this app's API, below /api/v1/."""

from django.urls import path

from trueups.api import finance, review, views

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

urlpatterns = [*_review, *_finance]
