"""YAML into frozen dataclasses, strictly: the dataclass is the schema, and every refusal names the file and the key."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import MISSING, field, fields, is_dataclass
from decimal import Decimal
from pathlib import Path
from types import UnionType
from typing import Any, NoReturn, TypeVar, get_args, get_origin, get_type_hints

import yaml

from emulators.errors import LocalError
from shared.kernel.errors import ClearwayError

T = TypeVar("T")

_MERGE = "tag:yaml.org,2002:merge"


class Loader(yaml.SafeLoader):
    """YAML 1.1, as Terraform reads it too (a bare `on` is the truth value), but no key twice.

    A key beside a merge (`<<`) replaces what was merged.
    """

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002
        """Refuse a repeated key instead of letting the last one win."""
        keys = [self.construct_object(key, deep=deep) for key, _ in node.value if key.tag != _MERGE]
        repeated = next((key for index, key in enumerate(keys) if key in keys[:index]), None)
        if repeated is not None:
            raise yaml.constructor.ConstructorError(None, None, f"the key {repeated} is there twice", node.start_mark)
        return super().construct_mapping(node, deep=deep)


def between(low: float, high: float) -> Any:
    """A field whose number must lie in `low` to `high`, both included."""
    return field(metadata={"between": (low, high)})


def matching(pattern: str) -> Any:
    """A field whose text must match the whole `pattern`."""
    return field(metadata={"matching": pattern})


def load(cls: type[T], path: Path, shown_as: str, loader: type[Loader] = Loader) -> T:
    """Read the file as a `cls`. Raises BAD_DESCRIPTION, which calls the file `shown_as`, for anything unexpected.

    A field named `from_` is the key `from`: Python keeps some words for itself.
    """
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - a SafeLoader by descent
    except (OSError, yaml.YAMLError) as error:
        refuse(shown_as, "", "cannot be read: " + " ".join(str(error).split()))
    loaded: T = _value(cls, content, shown_as, "", {})
    return loaded


def refuse(shown_as: str, key: str, problem: str) -> NoReturn:
    """Raise BAD_DESCRIPTION for a key (dotted path) of a file."""
    raise ClearwayError(LocalError.BAD_DESCRIPTION, f"{shown_as}: {key + ' ' if key else ''}{problem}")


def _value(kind: Any, value: object, file: str, key: str, limits: Mapping[str, Any]) -> Any:
    if isinstance(kind, UnionType):
        return _variant(get_args(kind), value, file, key)
    if is_dataclass(kind) and isinstance(kind, type):
        return _record(kind, value, file, key)
    if get_origin(kind) is tuple:
        if not isinstance(value, list):
            refuse(file, key, "must be a list")
        element = get_args(kind)[0]
        return tuple(_value(element, item, file, f"{key}[{index}]", limits) for index, item in enumerate(value))
    if get_origin(kind) is dict:
        if not isinstance(value, dict):
            refuse(file, key, "must be a mapping")
        element = get_args(kind)[1]
        return {str(name): _value(element, item, file, f"{key}.{name}", limits) for name, item in value.items()}
    # YAML reads 1 where a fraction is meant, and bool is an int to Python; only the first is harmless.
    if kind in (float, Decimal) and type(value) is int:
        value = kind(value)
    if type(value) is not kind:
        refuse(file, key, f"must be {kind.__name__}, not {type(value).__name__}")
    _check(value, file, key, limits)
    return value


def _check(value: Any, file: str, key: str, limits: Mapping[str, Any]) -> None:
    if "between" in limits:
        low, high = limits["between"]
        if not low <= value <= high:
            refuse(file, key, f"must be from {low:g} to {high:g}, not {value:g}")
    if "matching" in limits and not re.fullmatch(limits["matching"], value):
        refuse(file, key, f"must match {limits['matching']}")


def _record(cls: type[T], value: object, file: str, key: str) -> T:
    if not isinstance(value, dict):
        refuse(file, key, "must be a mapping")
    prefix = f"{key}." if key else ""
    hints = get_type_hints(cls)
    known = {one.name.rstrip("_"): one for one in fields(cls)}  # type: ignore[arg-type]  # the caller saw that it is a dataclass
    for name in value:
        if name not in known:
            refuse(file, f"{prefix}{name}", "is not a known key")
    arguments = {}
    for name, one in known.items():
        if name in value:
            arguments[one.name] = _value(hints[one.name], value[name], file, f"{prefix}{name}", one.metadata)
        elif one.default is MISSING and one.default_factory is MISSING:
            refuse(file, f"{prefix}{name}", "is missing")
    return cls(**arguments)


def _variant(variants: tuple[Any, ...], value: object, file: str, key: str) -> Any:
    """One of several dataclasses; the mapping's `kind` says which, by their class attribute `KIND`."""
    by_kind = {variant.KIND: variant for variant in variants}
    if not isinstance(value, dict) or value.get("kind") not in by_kind:
        refuse(file, f"{key}.kind", f"must be one of {', '.join(by_kind)}")
    rest = {name: item for name, item in value.items() if name != "kind"}
    return _record(by_kind[value["kind"]], rest, file, key)
