"""infra/pubsub is read strictly: every file there is the schema of a topic, or refused by its name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from emulators.errors import LocalError
from emulators.pubsub_schemas import INFRA_DIR, schemas
from shared.kernel.errors import ClearwayError

RECORD = json.dumps({"type": "record", "name": "Note", "fields": [{"name": "text", "type": "string"}]})


def test_a_definition_stands_under_the_name_of_its_topic_as_its_file_has_it(tmp_path: Path) -> None:
    (tmp_path / "notes.avsc").write_text(RECORD)
    (tmp_path / "README.md").write_text("What this is.")
    assert schemas(tmp_path) == {"notes": RECORD}
    assert schemas() == {path.stem: path.read_text() for path in INFRA_DIR.glob("*.avsc")}


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("notes.json", RECORD, "notes.json: must be called after a topic, with the ending .avsc"),
        ("Notes.avsc", RECORD, "must be called after a topic"),
        ("no.avsc", RECORD, "must be called after a topic"),
        ("google-notes.avsc", RECORD, "must be called after a topic"),
        ("notes.avsc", "{", "notes.avsc: the schema is no JSON"),
        ("notes.avsc", RECORD.replace('"string"', '["null", "string"]'), "field text, has a type that is neither"),
    ],
)
def test_any_other_file_is_refused_by_its_name(tmp_path: Path, name: str, content: str, said: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(ClearwayError) as caught:
        schemas(tmp_path)
    assert caught.value.code is LocalError.BAD_DESCRIPTION
    assert said in caught.value.detail


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.avsc").write_bytes(b"\xff")
    with pytest.raises(ClearwayError, match=r"notes\.avsc: cannot be read"):
        schemas(tmp_path)
