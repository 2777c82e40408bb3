"""infra/pubsub: the schemas of topics, read strictly. Terraform reads the same files.

A topic has a schema when there is a file of its name; the schema has the topic's name too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from emulators.strict import refuse
from shared.adapters.pubsub.avro import compile_schema
from shared.kernel.errors import ClearwayError

INFRA_DIR = Path(__file__).resolve().parent.parent / "infra" / "pubsub"

# What both a topic and a schema may be called: https://cloud.google.com/pubsub/docs/pubsub-basics#resource_names.
_ID = re.compile(r"(?!goog)[a-z][a-z0-9-]{2,62}")
_BESIDE = "README.md"


@cache
def schemas(folder: Path = INFRA_DIR) -> Mapping[str, str]:
    """The definition (an Avro record, as it stands in its file) by the name of its topic.

    Raises BAD_DESCRIPTION for a file that is no such definition, and for any other file but the README.
    """
    found: dict[str, str] = {}
    for path in sorted(folder.iterdir()):
        if path.name == _BESIDE:
            continue
        shown_as = f"{folder.name}/{path.name}"
        if path.suffix != ".avsc" or not _ID.fullmatch(path.stem):
            refuse(shown_as, "", "must be called after a topic, with the ending .avsc")
        try:
            definition = path.read_text(encoding="utf-8")
            compile_schema(definition)
        except (OSError, UnicodeDecodeError):
            refuse(shown_as, "", "cannot be read")
        except ClearwayError as error:
            refuse(shown_as, "", error.detail)
        found[path.stem] = definition
    return found
