"""What a transaction staged, as Firestore's writes: contents, masks and the preconditions that guard them. Pure."""

from __future__ import annotations

from typing import Any

from google.cloud.firestore_v1.field_path import render_field_path

from shared.adapters.firestore.codec import put_fields, put_version
from shared.adapters.firestore.messages import Write as RawWrite
from shared.adapters.staging import Add, Create, Replace, Write


def raw_write(name: str, write: Write) -> Any:
    """The raw `Write` of a staged one to the document with the resource name `name`."""
    raw = RawWrite()
    raw.update.name = name
    match write:
        case Create():
            put_fields(raw.update.fields, write.fields)
            raw.current_document.exists = False
        case Replace():
            _replace(raw, write)
        case Add():
            _add(raw, write)
    return raw


def _replace(raw: Any, write: Replace) -> None:
    """Only top-level fields that changed are sent, which keeps the index entries of the others as they are.

    A field that is in the mask and not in the document is removed.
    """
    before, after = write.read.fields, write.fields
    changed = {name: value for name, value in after.items() if name not in before or before[name] != value}
    removed = [name for name in before if name not in after]
    put_fields(raw.update.fields, changed)
    raw.update_mask.field_paths.extend(map(_path, [*changed, *removed]))
    put_version(raw.current_document.update_time, write.read.version)


def _add(raw: Any, write: Add) -> None:
    """Increments beside a mask of the fields set. The mask stands even when it is empty: without one all would go."""
    put_fields(raw.update.fields, write.fields)
    raw.update_mask.SetInParent()
    raw.update_mask.field_paths.extend(map(_path, write.fields))
    for name, amount in write.amounts.items():
        raw.update_transforms.add(field_path=_path(name)).increment.integer_value = amount


def _path(name: str) -> str:
    """A field's name as a path of one segment, quoted where its characters ask for it."""
    return str(render_field_path((name,)))
