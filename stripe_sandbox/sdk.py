"""What the installed Stripe SDK says about the API: endpoints, parameters, shapes of objects.

The SDK is generated from Stripe's description of the pinned version. Its `*_service.py` files name
every endpoint with the TypedDict of its parameters, its resource classes name every field of every
object. This module reads those files as syntax trees; nothing of it is executed or copied.
"""

import ast
import re
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path

API_VERSION = "2026-10-28.endive"


@dataclass(frozen=True)
class Endpoint:
    method: str
    path: str
    params_module: str | None
    params_class: str | None


@dataclass(frozen=True)
class Field:
    annotation: ast.expr
    required: bool


@dataclass(frozen=True)
class Shape:
    """A resource class, or a class nested in it, with what its fields refer to."""

    name: str
    fields: dict[str, ast.expr] = field(default_factory=dict)
    nested: dict[str, "Shape"] = field(default_factory=dict)
    object_name: str | None = None


@cache
def _root() -> Path:
    spec = find_spec("stripe")
    if spec is None or spec.origin is None:
        raise RuntimeError("The stripe package is not installed.")
    return Path(spec.origin).parent


@cache
def _tree(module: str) -> ast.Module:
    path = _root().joinpath(*module.split(".")[1:]).with_suffix(".py")
    return ast.parse(path.read_text(encoding="utf-8"))


def _imports(tree: ast.Module) -> dict[str, str]:
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                found[alias.asname or alias.name] = node.module
    return found


@cache
def _service_files() -> dict[Path, str]:
    """The text of every v1 service file; a look at it saves reading most of them as trees."""
    return {
        path: path.read_text(encoding="utf-8")
        for path in sorted(_root().rglob("*_service.py"))
        if path.relative_to(_root()).parts[0] != "v2"
    }


@cache
def _endpoints_in(path: Path) -> tuple[Endpoint, ...]:
    module = "stripe." + ".".join(path.relative_to(_root()).with_suffix("").parts)
    tree = _tree(module)
    origin = _imports(tree)
    found: dict[tuple[str, str], Endpoint] = {}
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            endpoint = _endpoint(function, origin)
            if endpoint:
                found.setdefault((endpoint.method, endpoint.path), endpoint)
    return tuple(found.values())


def endpoints() -> tuple[Endpoint, ...]:
    """Every v1 endpoint of the SDK."""
    return tuple(endpoint for path in _service_files() for endpoint in _endpoints_in(path))


def _endpoint(function: ast.FunctionDef, origin: dict[str, str]) -> Endpoint | None:
    for call in ast.walk(function):
        if not (
            isinstance(call, ast.Call)
            and isinstance(call.func, ast.Attribute)
            and call.func.attr in {"_request", "_request_stream"}
        ):
            continue
        method, path = call.args[0], call.args[1]
        if isinstance(path, ast.Call) and isinstance(path.func, ast.Attribute):
            path = path.func.value
        if not (isinstance(method, ast.Constant) and isinstance(path, ast.Constant)):
            return None
        params_class = None
        for argument in (*function.args.posonlyargs, *function.args.args):
            if argument.arg == "params" and argument.annotation is not None:
                match = re.search(r"\b(\w+Params)\b", ast.unparse(argument.annotation))
                params_class = match[1] if match else None
        return Endpoint(
            str(method.value).upper(),
            str(path.value),
            origin.get(params_class or ""),
            params_class,
        )
    return None


@cache
def _patterns(resource: str) -> tuple[tuple[re.Pattern[str], Endpoint], ...]:
    """The endpoints below /v1/resource, as patterns of their paths."""
    found = [
        endpoint
        for path, text in _service_files().items()
        if f'"/v1/{resource}' in text
        for endpoint in _endpoints_in(path)
    ]
    # Literal segments first, so that /v1/invoices/create_preview is not read as an invoice's id.
    found.sort(key=lambda e: (e.path.count("{"), -len(e.path)))
    return tuple(
        (re.compile(re.sub(r"\{\w+\}", "[^/]+", endpoint.path) + "$"), endpoint)
        for endpoint in found
    )


@lru_cache(maxsize=4096)
def find_endpoint(method: str, path: str) -> Endpoint | None:
    resource = path.removeprefix("/v1/").partition("/")[0]
    for pattern, endpoint in _patterns(resource):
        if endpoint.method == method and pattern.match(path):
            return endpoint
    return None


@cache
def typed_dict(module: str, name: str) -> dict[str, Field]:
    """The fields of one parameter class; raises KeyError when the module does not define it."""
    tree = _tree(module)
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name == name:
            fields: dict[str, Field] = {}
            for base in node.bases:
                base_name = ast.unparse(base)
                if base_name.startswith("_"):
                    fields.update(_functional(tree, base_name))
            for item in node.body:
                if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name):
                    fields[item.target.id] = _field(item.annotation)
            return fields
    raise KeyError(name)


def _functional(tree: ast.Module, name: str) -> dict[str, Field]:
    """`_Base = TypedDict("Name", {"in": ...})`, used where a field's name is a keyword."""
    for node in tree.body:
        if (
            isinstance(node, ast.Assign)
            and ast.unparse(node.targets[0]) == name
            and isinstance(node.value, ast.Call)
            and isinstance(node.value.args[1], ast.Dict)
        ):
            spec = node.value.args[1]
            return {
                ast.literal_eval(key): _field(value)
                for key, value in zip(spec.keys, spec.values, strict=True)
                if key is not None
            }
    return {}


def _field(annotation: ast.expr) -> Field:
    if isinstance(annotation, ast.Subscript) and ast.unparse(annotation.value) == "NotRequired":
        return Field(plain(annotation.slice), required=False)
    return Field(plain(annotation), required=True)


def plain(annotation: ast.expr) -> ast.expr:
    """The annotation with quotes removed."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        return ast.parse(annotation.value, mode="eval").body
    return annotation


@cache
def _resource_files() -> dict[str, Path]:
    """The file that defines each object, by the object's name."""
    found = {}
    for path in sorted(_root().rglob("_*.py")):
        if path.name.endswith(("_service.py", "_params.py")):
            continue
        if path.relative_to(_root()).parts[0] in {"v2", "params"}:
            continue
        text = path.read_text(encoding="utf-8")
        for match in re.finditer(r'OBJECT_NAME: ClassVar\[\s*Literal\[\s*"([\w.]+)"', text):
            found[match[1]] = path
    return found


@cache
def shape(object_name: str) -> Shape | None:
    """The resource class of an object, or none when the SDK does not have it."""
    path = _resource_files().get(object_name)
    if path is None:
        return None
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef):
            found = _shape(node)
            if found.object_name == object_name:
                return found
    return None


def _shape(node: ast.ClassDef) -> Shape:
    fields: dict[str, ast.expr] = {}
    nested = {}
    object_name = None
    for item in node.body:
        if isinstance(item, ast.ClassDef):
            nested[item.name] = _shape(item)
        elif isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name):
            name = item.target.id
            if name == "OBJECT_NAME" and isinstance(item.value, ast.Constant):
                object_name = str(item.value.value)
            elif not name.startswith("_") and name != "OBJECT_NAME":
                fields[name.removesuffix("_")] = plain(item.annotation)
    return Shape(node.name, fields, nested, object_name)
