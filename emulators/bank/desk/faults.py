"""Faults that the side door has planted for one rail."""

from __future__ import annotations

from emulators.bank.fields import Call, Fault


class Faults:
    """Of two faults that fit a call, the older one strikes. The caller holds the rail's lock."""

    def __init__(self) -> None:
        self._planted: list[Fault] = []

    def plant(self, fault: Fault) -> None:
        """Let a fault strike from the next call on."""
        self._planted.append(fault)

    def struck(self, call: Call, key: str) -> Fault | None:
        """The fault that strikes this call, used up by one."""
        for fault in self._planted:
            if fault.call is call and key.startswith(fault.key_prefix):
                fault.count -= 1
                if fault.count == 0:
                    self._planted.remove(fault)
                return fault
        return None
