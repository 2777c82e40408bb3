"""YAML into frozen dataclasses with exact decimals: a price of 0.1 is a tenth, not the nearest binary fraction."""

from __future__ import annotations

from dataclasses import MISSING, fields, is_dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn, TypeVar, get_args, get_origin, get_type_hints

import yaml

from emulators.strict import Loader
from scripts.capacity.errors import CapacityError, refuse

T = TypeVar("T")


class _ExactLoader(Loader):
    """The house's strict YAML, with decimals where it has floats."""


def _decimal(loader: _ExactLoader, node: yaml.ScalarNode) -> Decimal:
    return Decimal(str(loader.construct_scalar(node)))


_ExactLoader.add_constructor("tag:yaml.org,2002:float", _decimal)


def read(cls: type[T], path: Path) -> T:
    """The file as a `cls`, whose fields are its keys. Raises BAD_FIGURES naming the file and the key."""
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_ExactLoader)  # noqa: S506 - a SafeLoader by descent
    except (OSError, yaml.YAMLError) as error:
        _wrong(path.name, "cannot be read: " + " ".join(str(error).split()))
    found: T = _value(cls, content, path.name)
    return found


def _wrong(where: str, problem: str) -> NoReturn:
    refuse(CapacityError.BAD_FIGURES, f"{where}: {problem}")


def _value(kind: Any, value: Any, where: str) -> Any:
    if is_dataclass(kind) and isinstance(kind, type):
        return _record(kind, value, where)
    if get_origin(kind) is tuple:
        if not isinstance(value, list):
            _wrong(where, "must be a list")
        return tuple(_value(get_args(kind)[0], item, f"{where}[{index}]") for index, item in enumerate(value))
    if get_origin(kind) is dict:
        if not isinstance(value, dict):
            _wrong(where, "must be a mapping")
        return {str(name): _value(get_args(kind)[1], item, f"{where}.{name}") for name, item in value.items()}
    if kind is Decimal and type(value) is int:
        value = Decimal(value)
    if type(value) is not kind:
        _wrong(where, f"must be {kind.__name__}, not {type(value).__name__}")
    if isinstance(value, int | Decimal) and value < 0:
        _wrong(where, "must not be negative")
    return value


def _record(cls: type[T], value: Any, where: str) -> T:
    if not isinstance(value, dict):
        _wrong(where, "must be a mapping")
    hints = get_type_hints(cls)
    # A field named `from_` or `raise_` is the key without the underscore: Python keeps those words for itself.
    known = {one.name.rstrip("_"): one for one in fields(cls)}  # type: ignore[arg-type]  # the caller saw a dataclass
    for name in value:
        if name not in known:
            _wrong(f"{where}.{name}", "is not a known key")
    arguments = {}
    for name, one in known.items():
        if name in value:
            arguments[one.name] = _value(hints[one.name], value[name], f"{where}.{name}")
        elif one.default is MISSING and one.default_factory is MISSING:
            _wrong(f"{where}.{name}", "is missing")
    return cls(**arguments)
