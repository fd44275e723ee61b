"""What the service announces: resource types, schemas, capabilities, and what it tolerates."""

from typing import Annotated, Any, Final, cast

from pydantic import Field
from scim2_models import (
    AuthenticationScheme,
    Bulk,
    CaseExact,
    ChangePassword,
    ComplexAttribute,
    ETag,
    External,
    Filter,
    Group,
    Mutability,
    Patch,
    Reference,
    Required,
    Resource,
    ResourceType,
    ScimPolicy,
    ScimProvider,
    ServiceProviderConfig,
    Sort,
    User,
)
from scim2_models import EnterpriseUser as StandardEnterpriseUser

MAX_RESULTS: Final = 200
MAX_OPERATIONS: Final = 500
MAX_PAYLOAD: Final = 1_048_576


class Manager(ComplexAttribute):
    """Somebody's manager; identity providers send the id alone, so no reference is asked for."""

    value: Annotated[str | None, CaseExact.true] = None
    # The library finds the type of what is referred to by this name, without its parameter.
    ref: Annotated[Reference["User"] | None, Required.false] = Field(  # type: ignore[type-arg]
        None, serialization_alias="$ref", validation_alias="$ref"
    )
    display_name: Annotated[str | None, Mutability.read_only] = None


class EnterpriseUser(StandardEnterpriseUser):
    """The enterprise extension of RFC 7643, with a manager whose reference may be left out."""

    manager: Manager | None = None  # type: ignore[assignment]


CONFIG: Final = ServiceProviderConfig(
    patch=Patch(supported=True),
    bulk=Bulk(supported=True, max_operations=MAX_OPERATIONS, max_payload_size=MAX_PAYLOAD),
    filter=Filter(supported=True, max_results=MAX_RESULTS),
    change_password=ChangePassword(supported=False),
    sort=Sort(supported=True),
    etag=ETag(supported=True),
    authentication_schemes=[
        AuthenticationScheme(
            type=AuthenticationScheme.Type.oauthbearertoken,
            name="Bearer token",
            description="A token of the organization, made under Settings > Directory.",
            spec_uri=Reference[External]("https://datatracker.ietf.org/doc/html/rfc6750"),
            primary=True,
        )
    ],
)

POLICY: Final = ScimPolicy(
    unknown=ScimPolicy.Unknown.keep,
    remove_value_as_filter=ScimPolicy.RemoveValue.apply,
    unmatched_path_filter=ScimPolicy.UnmatchedPathFilter.create,
)

PROVIDER: Final = ScimProvider(
    models=[User, EnterpriseUser, Group],
    resource_types=[
        ResourceType.from_resource(User[EnterpriseUser]),
        ResourceType.from_resource(Group),
    ],
    config=CONFIG,
    policy=POLICY,
)

USER_TYPE: Final = next(each for each in PROVIDER.resource_types if each.name == "User")
GROUP_TYPE: Final = next(each for each in PROVIDER.resource_types if each.name == "Group")
USER_MODEL: Final = cast("type[Resource[Any]]", PROVIDER.model_for(USER_TYPE))
GROUP_MODEL: Final = cast("type[Resource[Any]]", PROVIDER.model_for(GROUP_TYPE))
