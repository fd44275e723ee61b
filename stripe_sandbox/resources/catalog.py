"""Products, prices, tax rates."""

from decimal import Decimal
from typing import Any

from stripe_sandbox import errors
from stripe_sandbox.context import Context
from stripe_sandbox.registry import Params, endpoint
from stripe_sandbox.resources.common import PAGING, assign, page, removed
from stripe_sandbox.store import Doc

PRODUCT = (
    "active", "description", "images", "marketing_features", "metadata", "name",
    "package_dimensions", "shippable", "statement_descriptor", "tax_code", "unit_label", "url",
)  # fmt: skip


@endpoint("POST", "/v1/products", " ".join(PRODUCT) + " id type")
def create_product(cx: Context, params: Params) -> Doc:
    given = params.get("id")
    if given and cx.store.find(given):
        raise errors.invalid("Product already exists.", "id", "resource_already_exists")
    product = cx.create(
        "product",
        "prod_",
        id=given,
        active=True,
        images=[],
        marketing_features=[],
        metadata={},
        name=params["name"],
        type=params.get("type", "service"),
        updated=cx.now(),
    )
    assign(product, params, *PRODUCT)
    cx.save(product)
    cx.emit("product.created", product)
    return product


@endpoint("GET", "/v1/products/{id}")
def retrieve_product(cx: Context, params: Params, id: str) -> Doc:
    return cx.require("product", id)


@endpoint("POST", "/v1/products/{id}", " ".join(PRODUCT) + " default_price")
def update_product(cx: Context, params: Params, id: str) -> Doc:
    product = cx.require("product", id)
    before = cx.snapshot(product)
    assign(product, params, *PRODUCT)
    if params.get("default_price"):
        product["default_price"] = cx.require("price", params["default_price"], "default_price")[
            "id"
        ]
    product["updated"] = cx.now()
    return cx.save(product, "product.updated", before)


@endpoint("DELETE", "/v1/products/{id}")
def delete_product(cx: Context, params: Params, id: str) -> Doc:
    product = cx.require("product", id)
    if cx.store.all("price", product=id):
        raise errors.invalid(
            "This product cannot be deleted because it has one or more user-created prices."
        )
    cx.emit("product.deleted", product)
    cx.store.delete(id)
    return removed(product)


@endpoint("GET", "/v1/products", PAGING + " active created ids url")
def list_products(cx: Context, params: Params) -> Doc:
    ids = params.get("ids")
    return page(
        cx,
        "product",
        params,
        "/v1/products",
        equal=("active", "url"),
        keep=lambda doc: ids is None or doc["id"] in ids,
    )


# -- prices ---------------------------------------------------------------------------------------


@endpoint(
    "POST",
    "/v1/prices",
    "active billing_scheme currency lookup_key metadata nickname product "
    "product_data[id,name,metadata,unit_label,active] "
    "recurring[interval,interval_count,usage_type] tax_behavior "
    "tiers[flat_amount,flat_amount_decimal,unit_amount,unit_amount_decimal,up_to] tiers_mode "
    "transfer_lookup_key transform_quantity unit_amount unit_amount_decimal",
)
def create_price(cx: Context, params: Params) -> Doc:
    product = _product_of(cx, params)
    _lookup_key(cx, None, params)
    scheme = params.get("billing_scheme", "per_unit")
    recurring = params.get("recurring")
    if recurring and recurring.get("usage_type") == "metered":
        raise errors.unsupported("metered prices", "recurring[usage_type]")
    tiers = _tiers(params) if scheme == "tiered" else None
    amount, text = (None, None) if tiers else _amount(params, "unit_amount", required=True)
    price = cx.create(
        "price",
        "price_",
        active=params.get("active", True),
        billing_scheme=scheme,
        currency=params["currency"].lower(),
        lookup_key=params.get("lookup_key"),
        metadata=dict(params.get("metadata") or {}),
        nickname=params.get("nickname"),
        product=product,
        recurring={
            "interval": recurring["interval"],
            "interval_count": recurring.get("interval_count", 1),
            "meter": None,
            "trial_period_days": None,
            "usage_type": "licensed",
        }
        if recurring
        else None,
        tax_behavior=params.get("tax_behavior", "unspecified"),
        tiers_mode=params.get("tiers_mode") if tiers else None,
        transform_quantity=params.get("transform_quantity"),
        type="recurring" if recurring else "one_time",
        unit_amount=amount,
        unit_amount_decimal=text,
        _tiers=tiers,
    )
    cx.emit("price.created", price)
    return price


def _product_of(cx: Context, params: Params) -> str:
    if params.get("product_data"):
        return str(create_product(cx, params["product_data"])["id"])
    if not params.get("product"):
        raise errors.invalid(
            "You must specify either `product` or `product_data` when creating a price.", "product"
        )
    return str(cx.require("product", params["product"], "product")["id"])


def _lookup_key(cx: Context, own: str | None, params: Params) -> None:
    key = params.get("lookup_key")
    if not key:
        return
    for other in cx.store.all("price", lookup_key=key):
        if other["id"] == own:
            continue
        if not params.get("transfer_lookup_key"):
            raise errors.invalid(
                f"A price (`{other['id']}`) already uses that lookup key.", "lookup_key"
            )
        before = cx.snapshot(other)
        other["lookup_key"] = None
        cx.save(other, "price.updated", before)


def _amount(given: Params, name: str, *, required: bool = False) -> tuple[int | None, str | None]:
    """An amount as Stripe shows it: an integer when it is one, and its decimal text."""
    whole, exact = given.get(name), given.get(f"{name}_decimal")
    if whole is not None and exact is not None:
        raise errors.invalid(f"You may only specify one of `{name}`, `{name}_decimal`.", name)
    value = exact if exact is not None else whole
    if value is None:
        if required:
            raise errors.invalid(f"Missing required param: {name}.", name, "parameter_missing")
        return None, None
    number = Decimal(value)
    if number < 0:
        raise errors.invalid(
            "This value must be greater than or equal to 0.", name, "parameter_invalid_integer"
        )
    if -int(number.normalize().as_tuple().exponent) > 12:
        raise errors.invalid("At most 12 decimal places are supported.", f"{name}_decimal")
    integral = number == number.to_integral_value()
    return (int(number) if integral else None), f"{number.normalize():f}"


def _tiers(params: Params) -> list[dict[str, Any]]:
    given = params.get("tiers") or []
    if not params.get("tiers_mode"):
        raise errors.invalid(
            "Missing required param: tiers_mode.", "tiers_mode", "parameter_missing"
        )
    if not given or given[-1].get("up_to") != "inf":
        raise errors.invalid("The last tier must have `up_to` set to `inf`.", "tiers")
    tiers, below = [], 0
    for position, tier in enumerate(given):
        top = None if tier["up_to"] == "inf" else tier["up_to"]
        if (top is not None and top <= below) or (top is None and position < len(given) - 1):
            raise errors.invalid(
                "Tier `up_to` values must be strictly increasing.", f"tiers[{position}][up_to]"
            )
        unit, unit_text = _amount(tier, "unit_amount")
        flat, flat_text = _amount(tier, "flat_amount")
        if unit_text is None and flat_text is None:
            raise errors.invalid(
                "Each tier needs a unit_amount or a flat_amount.", f"tiers[{position}]"
            )
        tiers.append(
            {
                "flat_amount": flat,
                "flat_amount_decimal": flat_text,
                "unit_amount": unit,
                "unit_amount_decimal": unit_text,
                "up_to": top,
            }
        )
        below = top or below
    return tiers


@endpoint("GET", "/v1/prices/{id}")
def retrieve_price(cx: Context, params: Params, id: str) -> Doc:
    return cx.require("price", id)


@endpoint(
    "POST",
    "/v1/prices/{id}",
    "active lookup_key metadata nickname tax_behavior transfer_lookup_key",
)
def update_price(cx: Context, params: Params, id: str) -> Doc:
    price = cx.require("price", id)
    before = cx.snapshot(price)
    _lookup_key(cx, id, params)
    assign(price, params, "active", "lookup_key", "metadata", "nickname", "tax_behavior")
    return cx.save(price, "price.updated", before)


@endpoint(
    "GET",
    "/v1/prices",
    PAGING + " active created currency lookup_keys product type recurring[interval,usage_type]",
)
def list_prices(cx: Context, params: Params) -> Doc:
    keys = params.get("lookup_keys")
    recurring = params.get("recurring") or {}

    def keep(price: Doc) -> bool:
        return (keys is None or price["lookup_key"] in keys) and all(
            (price["recurring"] or {}).get(name) == value for name, value in recurring.items()
        )

    return page(
        cx,
        "price",
        params,
        "/v1/prices",
        equal=("active", "currency", "product", "type"),
        keep=keep,
    )


# -- tax rates ------------------------------------------------------------------------------------

TAX_RATE = "active country description display_name jurisdiction metadata state tax_type"


@endpoint("POST", "/v1/tax_rates", TAX_RATE + " inclusive percentage")
def create_tax_rate(cx: Context, params: Params) -> Doc:
    rate = cx.create(
        "tax_rate",
        "txr_",
        active=True,
        display_name=params["display_name"],
        effective_percentage=params["percentage"],
        inclusive=params["inclusive"],
        metadata={},
        percentage=params["percentage"],
        rate_type="percentage",
    )
    assign(rate, params, *TAX_RATE.split())
    cx.save(rate)
    cx.emit("tax_rate.created", rate)
    return rate


@endpoint("GET", "/v1/tax_rates/{id}")
def retrieve_tax_rate(cx: Context, params: Params, id: str) -> Doc:
    return cx.require("tax_rate", id)


@endpoint("POST", "/v1/tax_rates/{id}", TAX_RATE)
def update_tax_rate(cx: Context, params: Params, id: str) -> Doc:
    rate = cx.require("tax_rate", id)
    before = cx.snapshot(rate)
    assign(rate, params, *TAX_RATE.split())
    return cx.save(rate, "tax_rate.updated", before)


@endpoint("GET", "/v1/tax_rates", PAGING + " active created inclusive")
def list_tax_rates(cx: Context, params: Params) -> Doc:
    return page(cx, "tax_rate", params, "/v1/tax_rates", equal=("active", "inclusive"))
