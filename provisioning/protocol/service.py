"""The SCIM service: the library's, which reads the dialects of identity providers too."""

import json
from typing import Any, TypeVar

from scim2_models import BaseModel, Context, InvalidValueException
from scim2_server.service import ScimService

from provisioning.domain.dialects import regular_patch, regular_resource
from provisioning.protocol.provider import PROVIDER

ModelT = TypeVar("ModelT", bound=BaseModel)


class DirectoryService(ScimService):
    """Makes a body regular before the library validates it."""

    def read_body(
        self, model: type[ModelT], body: bytes, content_type: str | None, scim_ctx: Context
    ) -> ModelT:
        """Validate a body; a NUL character, which no text here may hold, is refused."""
        return super().read_body(model, _regular(body, scim_ctx), content_type, scim_ctx)


def _regular(body: bytes, context: Context) -> bytes:
    if b"\\u0000" in body:
        raise InvalidValueException(detail="A value holds a NUL character, which cannot be kept")
    try:
        sent = json.loads(body)
    except ValueError:
        return body
    if not isinstance(sent, dict):
        return body
    if context is Context.BULK_REQUEST:
        regular: dict[str, Any] = sent | {
            key: [_regular_operation(each) for each in value]
            for key, value in sent.items()
            if key.lower() == "operations" and isinstance(value, list)
        }
    elif context is Context.RESOURCE_PATCH_REQUEST:
        regular = regular_patch(sent)
    else:
        regular = regular_resource(sent)
    return body if regular == sent else json.dumps(regular).encode()


def _regular_operation(operation: Any) -> Any:
    if not isinstance(operation, dict) or not isinstance(operation.get("data"), dict):
        return operation
    is_patch = str(operation.get("method", "")).upper() == "PATCH"
    data = operation["data"]
    return operation | {"data": regular_patch(data) if is_patch else regular_resource(data)}


SERVICE = DirectoryService(PROVIDER)
