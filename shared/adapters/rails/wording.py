"""The words of `shared.ports.rail_words`, which the rails outside of the adapters say too, under their older name."""

from __future__ import annotations

from shared.ports.rail_words import INVALID_INSTRUCTION, check_key, invalid_instruction, key_reused

__all__ = ["INVALID_INSTRUCTION", "check_key", "invalid_instruction", "key_reused"]
