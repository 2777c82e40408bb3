"""Files of figures, with exact decimals: a price of 0.1 is a tenth, not the nearest binary fraction."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TypeVar

import yaml

from emulators.strict import Loader, load
from scripts.capacity.errors import CapacityError, refuse
from shared.kernel.errors import ClearwayError

T = TypeVar("T")
F = TypeVar("F", int, Decimal)


class _ExactLoader(Loader):
    """The house's strict YAML, with decimals where it has floats, and no figure below 0."""


def _decimal(loader: _ExactLoader, node: yaml.ScalarNode) -> Decimal:
    try:
        return _figure(Decimal(str(loader.construct_scalar(node))), node)
    except InvalidOperation:
        raise yaml.constructor.ConstructorError(None, None, "a figure must be finite", node.start_mark) from None


def _whole(loader: _ExactLoader, node: yaml.ScalarNode) -> int:
    return _figure(int(loader.construct_yaml_int(node)), node)


def _figure(number: F, node: yaml.ScalarNode) -> F:
    if number < 0:
        raise yaml.constructor.ConstructorError(None, None, "a figure must not be negative", node.start_mark)
    return number


_ExactLoader.add_constructor("tag:yaml.org,2002:float", _decimal)
_ExactLoader.add_constructor("tag:yaml.org,2002:int", _whole)


def read(cls: type[T], path: Path) -> T:
    """The file as a `cls`, whose fields are its keys. Raises BAD_FIGURES naming the file, and the key or the line."""
    try:
        return load(cls, path, path.name, _ExactLoader)
    except ClearwayError as error:
        refuse(CapacityError.BAD_FIGURES, error.detail)
