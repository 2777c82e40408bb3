"""function.yaml is read strictly: each refusal names the file and the key."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from emulators.description import Job, PubsubTrigger, SchedulerTrigger, load_system, subscription_name
from emulators.errors import LocalError
from shared.kernel.errors import ClearwayError

PUBSUB = """
name: score
owner: risk
trigger:
  kind: pubsub
  topic: events
  filter: attributes.type = "in"
  ack_deadline_s: 60
  retry: {minimum_backoff_s: 1, maximum_backoff_s: 60}
  dead_letter: {topic: dead, max_delivery_attempts: 5}
  in_flight_max: 8
publishes: [events]
enqueues: []
size: {cpu: 1, memory_mib: 512, concurrency: 8, instances_min: 0, instances_max: 10, timeout_s: 60}
egress: google
environment: [SOME_URL]
secrets: [SOME_KEY]
roles:
  - {role: roles/datastore.user, resource: project}
"""
TIMER = """
name: timer
owner: operations
trigger:
  kind: scheduler
  jobs:
    - {name: sweep, schedule: "*/5 * * * *", path: /sweep}
publishes: [events, requests]
enqueues: []
size: {cpu: 1, memory_mib: 512, concurrency: 8, instances_min: 0, instances_max: 1, timeout_s: 60}
egress: google
environment: []
secrets: []
roles: []
"""


def folder(tmp_path: Path, **functions: str) -> Path:
    for name, text in functions.items():
        (tmp_path / "functions" / name).mkdir(parents=True)
        (tmp_path / "functions" / name / "function.yaml").write_text(text)
    return tmp_path / "functions"


def test_a_whole_file(tmp_path: Path) -> None:
    system = load_system(folder(tmp_path, score=PUBSUB, timer=TIMER))
    (score, trigger), *others = system.subscribers()
    assert not others
    assert trigger.filter == 'attributes.type = "in"'
    assert (trigger.retry.minimum_backoff_s, trigger.dead_letter.max_delivery_attempts) == (1.0, 5)
    assert score.roles[0].resource == "project"
    assert subscription_name(score, trigger) == "score-events"
    assert system.topics == ("dead", "events", "requests")
    assert system.dead_letter_topics == ("dead",)
    ((_, clock),) = system.scheduled()
    assert clock == SchedulerTrigger((Job("sweep", "*/5 * * * *", "/sweep"),))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("in_flight_max: 8", "in_flight_maximum: 8", r"trigger\.in_flight_maximum is not a known key"),
        ("  in_flight_max: 8\n", "", r"trigger\.in_flight_max is missing"),
        ("owner: risk\n", "", "owner is missing"),
        ("egress: google", "egress: anywhere", r"egress must match google\|banks"),
        ("kind: pubsub", "kind: pub_sub", r"trigger\.kind must be one of http, pubsub, tasks, scheduler"),
        ("ack_deadline_s: 60", "ack_deadline_s: 601", r"trigger\.ack_deadline_s must be from 10 to 600, not 601"),
        ("ack_deadline_s: 60", "ack_deadline_s: '60'", r"trigger\.ack_deadline_s must be int, not str"),
        ("ack_deadline_s: 60", "ack_deadline_s: true", r"trigger\.ack_deadline_s must be int, not bool"),
        ("ack_deadline_s: 60", "ack_deadline_s: 60\n  ack_deadline_s: 70", "ack_deadline_s is there twice"),
        (
            "max_delivery_attempts: 5",
            "max_delivery_attempts: 4",
            r"trigger\.dead_letter\.max_delivery_attempts must be",
        ),
        ("topic: events", "topic: Events!", r"trigger\.topic must match"),
        ("publishes: [events]", "publishes: events", "publishes must be a list"),
        ("publishes: [events]", "publishes: [events, 7]", r"publishes\[1\] must be str, not int"),
        ("enqueues: []", "enqueues: [nowhere]", "enqueues names the queue nowhere, which no function serves"),
        ("resource: project", "resource: everything", r"roles\[0\]\.resource must match"),
        ("resource: project", "resource: bucket/others", r"roles\[0\]\.resource must match"),
        ("resource: project", "resource: bucket/files", r"roles\[0\]\.role must be one of roles/storage\.object\*"),
        ("resource: project", "resource: bucket/lists", r"roles\[0\]\.role must be one of roles/storage\.object\*"),
        (
            "roles/datastore.user",
            "roles/storage.objectUser",
            r"roles\[0\]\.resource must be one of bucket/\{files,lists\}",
        ),
        ("roles/datastore.user", "roles/storage.admin", r"roles\[0\]\.resource must be one of bucket/\{files,lists\}"),
        ("name: score", "name: fraud", "name must be the folder's, score"),
        ("name: score", "{", "cannot be read"),
        ("cpu: 1", "cpu: []", r"size\.cpu must be float, not list"),
    ],
)
def test_refusals_name_the_file_and_the_key(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in PUBSUB
    with pytest.raises(ClearwayError, match=rf"functions/score/function\.yaml: .*{said}") as caught:
        load_system(folder(tmp_path, score=PUBSUB.replace(old, new)))
    assert caught.value.code is LocalError.BAD_DESCRIPTION


def test_a_function_uses_a_bucket_by_its_roles_on_it(tmp_path: Path) -> None:
    roles = [("objectViewer", "lists"), ("objectViewer", "files"), ("objectCreator", "files")]
    text = PUBSUB + "".join(f"  - {{role: roles/storage.{role}, resource: bucket/{on}}}\n" for role, on in roles)
    system = load_system(folder(tmp_path, score=text, timer=TIMER))
    assert [function.buckets for function in system.functions] == [("files", "lists"), ()]


def test_a_schedule_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(ClearwayError, match=r"trigger\.jobs\[0\]\.schedule .*minute"):
        load_system(folder(tmp_path, timer=TIMER.replace("*/5", "*/x")))


def test_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(ClearwayError, match="holds no function"):
        load_system(tmp_path)


def test_the_functions_of_this_repository() -> None:
    """They load, and what is subscribed to is also published."""
    system = load_system()
    published = {topic for function in system.functions for topic in function.publishes}
    assert {trigger.topic for _, trigger in system.subscribers()} <= published
    assert all(dataclasses.is_dataclass(function.trigger) for function in system.functions)
    assert any(isinstance(function.trigger, PubsubTrigger) for function in system.functions)
