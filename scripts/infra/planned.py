"""The resources of a plan, without the modules that they are in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource that a plan makes; `values` lack what only Google can say once it is made."""

    address: str
    type: str
    values: Mapping[str, Any]

    def block(self, name: str) -> Mapping[str, Any]:
        """The one nested block of that name; empty where there is none."""
        blocks = self.values.get(name) or [{}]
        return blocks[0] or {}


@dataclass(frozen=True, slots=True)
class Plan:
    """All resources that a plan makes."""

    resources: tuple[Resource, ...]

    @staticmethod
    def parse(planned: Mapping[str, Any]) -> Plan:
        """From Terraform's JSON form of a plan."""
        return Plan(tuple(_resources(planned["planned_values"]["root_module"])))

    def of(self, *types: str) -> tuple[Resource, ...]:
        """Those of some types."""
        return tuple(one for one in self.resources if one.type in types)


def _resources(module: Mapping[str, Any]) -> Iterator[Resource]:
    for one in module.get("resources", []):
        if one["mode"] == "managed":
            yield Resource(one["address"], one["type"], one["values"])
    for child in module.get("child_modules", []):
        yield from _resources(child)
