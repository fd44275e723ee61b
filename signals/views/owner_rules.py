"""Rules for the owners of tasks: list, order, edit, remove, try; and who reports to whom."""

from typing import Any

from babel import Locale
from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import VendorRequest, vendor_page
from accounts.domain.roles import Permission, VendorRole
from accounts.errors import DomainError
from accounts.models import Organization
from accounts.services.history import Actor
from accounts.views.answers import act, done
from signals.models import OwnerRule
from signals.selectors.owner_words import preview_sentence, rule_rows, rule_sentence, staff_rows
from signals.selectors.owners import owner_preview
from signals.services.staff import (
    delete_owner_rule,
    move_owner_rule,
    save_owner_rule,
    set_manager,
)
from signals.services.task_work import may_own_tasks


class OwnerRuleForm(forms.ModelForm):  # type: ignore[type-arg]
    """Which accounts a rule is about, and who works them."""

    class Meta:
        model = OwnerRule
        fields = (
            "segment",
            "countries",
            "seats_from",
            "seats_to",
            "arr_from",
            "arr_to",
            "managers",
        )
        widgets = {"managers": forms.CheckboxSelectMultiple}
        help_texts = {
            "countries": gettext_lazy(
                "Codes such as DE, AT. What is left empty fits every account."
            ),
            "arr_from": gettext_lazy(
                "A year, in whole US dollars; other currencies are converted."
            ),
            "managers": gettext_lazy(
                "Whoever of them has the fewest open tasks is given the next."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        managers = self.fields["managers"]
        if isinstance(managers, forms.ModelMultipleChoiceField):
            managers.queryset = may_own_tasks().filter(vendor_role=VendorRole.ACCOUNT_MANAGER.value)

    def clean_countries(self) -> str:
        """Return the codes in capitals, separated by commas."""
        known = Locale("en").territories
        codes = self.cleaned_data["countries"].replace(",", " ").upper().split()
        for code in codes:
            if len(code) != 2 or code not in known:
                raise ValidationError(
                    _("“%(code)s” is not the code of a country.") % {"code": code}
                )
        return ", ".join(dict.fromkeys(codes))

    def clean(self) -> dict[str, Any]:
        """Bounds are in order."""
        cleaned = super().clean() or self.cleaned_data
        for first, last in (("seats_from", "seats_to"), ("arr_from", "arr_to")):
            least, most = cleaned.get(first), cleaned.get(last)
            if least is not None and most is not None and least > most:
                self.add_error(last, _("Enter a number at least as high as the one above."))
        return cleaned


@vendor_page(Permission.RULES_MANAGE)
@require_safe
def owner_rules(request: VendorRequest) -> HttpResponse:
    """List the rules, say who would be given a task, and who reports to whom."""
    now, named = timezone.now(), request.GET.get("organization", "")
    preview = ""
    if named:
        organization = Organization.objects.filter(external_id=named).first()
        if organization is None:
            raise Http404("No such organization")
        preview = preview_sentence(owner_preview(organization, now=now))
    people = list(may_own_tasks())
    context = {
        "rows": rule_rows(),
        "organizations": Organization.objects.order_by("name").values_list("external_id", "name"),
        "named": named,
        "preview": preview,
        "staff": staff_rows(people, now=now),
        "people": people,
    }
    return render(request, "signals/owner_rules.html", context)


@vendor_page(Permission.RULES_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def owner_rule_new(request: VendorRequest) -> HttpResponse:
    """Make a rule; it is the last in the order."""
    return _edit(request, OwnerRule())


@vendor_page(Permission.RULES_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def owner_rule(request: VendorRequest, owner_rule_id: int) -> HttpResponse:
    """Change a rule."""
    return _edit(request, get_object_or_404(OwnerRule, pk=owner_rule_id))


def _edit(request: VendorRequest, rule: OwnerRule) -> HttpResponse:
    sentence = rule_sentence(rule) if rule.pk else ""
    form = OwnerRuleForm(request.POST or None, instance=rule)
    if request.method == "POST" and form.is_valid():
        try:
            save_owner_rule(
                rule=form.save(commit=False),
                managers=list(form.cleaned_data["managers"]),
                actor=Actor.of(request.user),
                now=timezone.now(),
            )
        except DomainError as error:
            form.add_error(getattr(error, "field", None), str(error))
        else:
            said = _("The rule holds for tasks that are given from now on.")
            return done(request, said, reverse("owner_rules"))
    context = {"form": form, "sentence": sentence, "page_class": "page-narrow"}
    return render(request, "signals/owner_rule.html", context, status=422 if form.is_bound else 200)


@vendor_page(Permission.RULES_MANAGE)
@require_POST
def owner_rule_move(request: VendorRequest, owner_rule_id: int) -> HttpResponse:
    """Let a rule be asked earlier or later."""
    try:
        move_owner_rule(
            rule_id=owner_rule_id,
            by=-1 if request.POST.get("to") == "up" else 1,
            actor=Actor.of(request.user),
            now=timezone.now(),
        )
    except OwnerRule.DoesNotExist as error:
        raise Http404("No such rule") from error
    return redirect("owner_rules")


@vendor_page(Permission.RULES_MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def owner_rule_remove(request: VendorRequest, owner_rule_id: int) -> HttpResponse:
    """Ask whether a rule is to go, and remove it."""
    rule = get_object_or_404(OwnerRule, pk=owner_rule_id)
    if request.method != "POST":
        context = {"rule": rule, "sentence": rule_sentence(rule)}
        return render(request, "signals/owner_rule_remove.html", context)

    def remove() -> str:
        delete_owner_rule(rule_id=owner_rule_id, actor=Actor.of(request.user), now=timezone.now())
        return _("The rule is removed. Tasks that it gave stay where they are.")

    return act(request, remove, reverse("owner_rules"))


@vendor_page(Permission.RULES_MANAGE)
@require_POST
def staff_managers(request: VendorRequest) -> HttpResponse:
    """Write who reports to whom; what is not named stays."""
    people = {person.pk: person for person in may_own_tasks()}
    try:
        for pk, person in people.items():
            wanted = request.POST.get(f"manager-{pk}")
            if wanted is None:
                continue
            set_manager(
                user=person,
                manager=people.get(int(wanted)) if wanted.isdigit() else None,
                actor=Actor.of(request.user),
                now=timezone.now(),
            )
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("owner_rules")
    return done(request, _("Who reports to whom is saved."), reverse("owner_rules"))
