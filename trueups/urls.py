"""Addresses of true-ups."""

from django.urls import URLPattern, URLResolver, include, path

from trueups.views import (
    customer,
    document,
    register,
    returning,
    review,
    signing,
    simulation,
    terms,
)

_organization: list[URLPattern | URLResolver] = [
    path("true-ups/", customer.true_ups, name="true_ups"),
    path("true-ups/<uuid:true_up_id>/", review.true_up, name="true_up"),
    path("true-ups/<uuid:true_up_id>/open/", review.true_up_open, name="true_up_open"),
    path("true-ups/<uuid:true_up_id>/decide/", review.true_up_decide, name="true_up_decide"),
    path("true-ups/<uuid:true_up_id>/undo/", review.true_up_undo, name="true_up_undo"),
    path("true-ups/<uuid:true_up_id>/submit/", review.true_up_submit, name="true_up_submit"),
    path(
        "true-ups/<uuid:true_up_id>/lines/<int:line_id>/",
        review.true_up_dispute,
        name="true_up_dispute",
    ),
    path(
        "true-ups/<uuid:true_up_id>/disputes/<int:comment_id>/withdraw/",
        review.true_up_dispute_withdraw,
        name="true_up_dispute_withdraw",
    ),
    path("true-ups/returns/<int:lock_out_id>/", returning.removed_return, name="removed_return"),
]

_vendor: list[URLPattern | URLResolver] = [
    path("true-ups/", register.vendor_true_ups, name="vendor_true_ups"),
    path("true-ups.<str:format>", register.vendor_true_ups_export, name="vendor_true_ups_export"),
    path("true-ups/simulation/", simulation.true_up_simulation, name="true_up_simulation"),
    path("true-ups/<uuid:true_up_id>/", document.vendor_true_up, name="vendor_true_up"),
    path(
        "true-ups/<uuid:true_up_id>/sign/", signing.vendor_true_up_sign, name="vendor_true_up_sign"
    ),
    path(
        "true-ups/<uuid:true_up_id>/second/",
        signing.vendor_true_up_second,
        name="vendor_true_up_second",
    ),
    path(
        "true-ups/<uuid:true_up_id>/retry/",
        signing.vendor_true_up_retry,
        name="vendor_true_up_retry",
    ),
    path(
        "true-ups/<uuid:true_up_id>/return/",
        document.vendor_true_up_return,
        name="vendor_true_up_return",
    ),
    path(
        "true-ups/<uuid:true_up_id>/waive/",
        document.vendor_true_up_waive,
        name="vendor_true_up_waive",
    ),
    path(
        "true-ups/<uuid:true_up_id>/void/", document.vendor_true_up_void, name="vendor_true_up_void"
    ),
    path(
        "true-ups/<uuid:true_up_id>/disputes/<int:comment_id>/answer/",
        document.vendor_true_up_answer,
        name="vendor_true_up_answer",
    ),
    path(
        "true-ups/<uuid:true_up_id>/lines/<int:line_id>/remark/",
        document.vendor_true_up_remark,
        name="vendor_true_up_remark",
    ),
    path("organizations/<slug:account>/true-up-terms/", terms.true_up_terms, name="true_up_terms"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("o/<slug:slug>/", include(_organization)),
    path("", include("trueups.file_urls")),
    path("", include("trueups.api.urls")),
    path("vendor/", include(_vendor)),
]
