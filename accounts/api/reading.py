"""What a request holds, checked: its body and what its address asks for; and a plain answer."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.forms import ModelForm
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer


def body_of(
    request: Request, serializer: type[BaseSerializer[Any]], *, partial: bool = False
) -> dict[str, Any]:
    """Return the checked body, with `partial` without what was left out, or raise ValidationError.

    The body of a PATCH is `partial` in the OpenAPI file, so it has to be here.
    """
    read = serializer(data=request.data, partial=partial)
    read.is_valid(raise_exception=True)
    found: dict[str, Any] = read.validated_data
    return found


def query_of(request: Request, serializer: type[BaseSerializer[Any]]) -> dict[str, Any]:
    """Return the checked parameters of the address, or raise ValidationError."""
    read = serializer(data=request.query_params.dict())
    read.is_valid(raise_exception=True)
    found: dict[str, Any] = read.validated_data
    return found


def form_of(request: Request, form: type[ModelForm], stored: Any) -> dict[str, Any]:  # type: ignore[type-arg]
    """Return all fields of a page's form, as they are stored where the body names none.

    Raises ValidationError with the sentences of the page.
    """
    names = form._meta.fields or ()
    sent = request.data
    if not isinstance(sent, dict):
        raise serializers.ValidationError(_("Send an object."))
    texts = [name for name in names if isinstance(form.base_fields[name], forms.CharField)]
    if wrong := [name for name in texts if not isinstance(sent.get(name, ""), str)]:
        raise serializers.ValidationError(dict.fromkeys(wrong, _("Send a text.")))
    filled = form({name: getattr(stored, name) for name in names} | sent, instance=stored)
    if not filled.is_valid():
        raise serializers.ValidationError(
            {name: [str(error) for error in errors] for name, errors in filled.errors.items()}
        )
    return dict(filled.cleaned_data)


def all_of(serializer: type[BaseSerializer[Any]], found: Iterable[Any]) -> Response:
    """Return everything of a list that is short by its nature, as it is found."""
    data: Any = serializer(found, many=True).data
    return Response(data)
