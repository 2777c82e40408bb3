"""The parts of the local cloud that decide something: ports, variables, configurations, folders of runs."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from datetime import timedelta
from pathlib import Path

import pytest

from emulators import configs, runs
from emulators.addresses import Hosts, fixed_ports, free_ports
from emulators.description import BUCKETS, Function, Role, load_system
from emulators.function_process import LOCAL_API_KEY, LOCAL_TENANT, Surroundings, api_keys, invoker
from emulators.identity import ACH_ORIGIN
from emulators.wiring import Place
from shared.rails.domain.ach.eastern import EASTERN
from shared.runtime.api_keys import ApiKeys
from tests.support.builders import NOON

SYSTEM = load_system(Path(__file__).resolve().parents[2] / "emulators" / "runner_functions")
PLACE = Place("demo", "us-central1")
PORTS = free_ports(SYSTEM, iter(range(1000, 1100)).__next__)
URLS = {name: f"http://127.0.0.1:{port}" for name, port in PORTS.functions.items()}


def surroundings(**extra: str) -> Surroundings:
    return Surroundings(SYSTEM, PLACE, Hosts.on(PORTS), URLS, values={}, extra=extra, rails=())


def function(name: str) -> Function:
    return next(one for one in SYSTEM.functions if one.name == name)


def test_well_known_ports_of_this_repository_do_not_meet() -> None:
    ports = fixed_ports(load_system())
    assert ports.functions["api"] == 8080
    taken = [port for _, port in ports.all()]
    assert len(set(taken)) == len(taken) == 8 + len(ports.functions)


def test_every_function_is_told_where_everything_is() -> None:
    hosts = Hosts.on(PORTS)
    for one in SYSTEM.functions:
        variables = surroundings(CLEARWAY_DRIVE_AFTER_S="1").variables(one)
        assert variables["GOOGLE_CLOUD_PROJECT"] == "demo"
        assert variables["FIRESTORE_EMULATOR_HOST"] == hosts.firestore
        assert variables["CLEARWAY_DRIVE_AFTER_S"] == "1"


def test_who_enqueues_is_told_whom_the_queue_calls_and_in_whose_name() -> None:
    listen = surroundings().variables(function("listen"))
    assert listen["CLEARWAY_WORK_URL"] == URLS["work"]
    assert listen["CLEARWAY_INVOKER_SERVICE_ACCOUNT"] == invoker(PLACE)
    assert listen["CLEARWAY_DELIVERY_ATTEMPTS_MAX"] == "5"
    assert not {"CLEARWAY_WORK_URL", "CLEARWAY_DELIVERY_ATTEMPTS_MAX"} & set(surroundings().variables(function("work")))


@pytest.mark.parametrize("bucket", BUCKETS)
def test_only_who_has_a_role_on_a_bucket_is_told_of_it(bucket: str) -> None:
    reader = dataclasses.replace(function("front"), roles=(Role("roles/storage.objectViewer", f"bucket/{bucket}"),))
    variables = surroundings().variables(reader)
    assert {name: value for name, value in variables.items() if name.endswith("_BUCKET")} == {
        f"CLEARWAY_{bucket.upper()}_BUCKET": f"demo-{bucket}"
    }
    assert variables["STORAGE_EMULATOR_HOST"] == Hosts.on(PORTS).storage_url
    assert not [name for name in surroundings().variables(function("listen")) if name.endswith("_BUCKET")]


def test_functions_live_by_the_banks_clock_only_where_it_may_be_moved() -> None:
    moved = dataclasses.replace(surroundings(), moved_clock=True)
    told = {moved.variables(one)["CLEARWAY_CLOCK_URL"] for one in SYSTEM.functions}
    assert told == {f"{Hosts.on(PORTS).bank_url}/v1/admin/clock"}
    assert not any("CLEARWAY_CLOCK_URL" in surroundings().variables(one) for one in SYSTEM.functions)


def test_only_who_asks_gets_the_keys() -> None:
    assert surroundings().variables(function("front"))["CLEARWAY_API_KEYS"] == api_keys()
    assert "CLEARWAY_API_KEYS" not in surroundings().variables(function("listen"))


def test_the_local_key_opens_the_api() -> None:
    assert ApiKeys.parse(api_keys()).tenant_of(f"Bearer {LOCAL_API_KEY}") == LOCAL_TENANT
    assert json.loads(api_keys())["local"]["sha256"] == hashlib.sha256(b"cw_local_demo_key").hexdigest()


def test_the_forwarder_is_told_what_the_description_says() -> None:
    told = configs.forwarder_config(SYSTEM, PLACE, URLS, "caller@demo")
    assert told == {
        "project": "demo",
        "subscriptions": [
            {
                "subscription": "listen-notes",
                "endpoint": URLS["listen"],
                "filter": 'attributes.kind = "keep"',
                "in_flight_max": 4,
                "audience": URLS["listen"],
                "service_account": "caller@demo",
                "max_delivery_attempts": 5,
                "ack_deadline_s": 10,
            }
        ],
    }


def test_the_scheduler_is_told_each_job() -> None:
    (job,) = configs.scheduler_config(SYSTEM, URLS, "caller@demo")["jobs"]
    assert job["url"] == URLS["clock"] + "/leap-day"
    assert job["schedule"] == "0 0 29 2 *"
    assert job["deadline_s"] == 30


def test_the_bank_is_told_each_job_and_stops_at_each_cut_off() -> None:
    system = load_system()
    told = configs.follower_arguments(system, {"timer": "http://timer"}, NOON)
    options = list(zip(told[::2], told[1::2], strict=True))
    jobs = [job for _, trigger in system.scheduled() for job in trigger.jobs]
    assert [value for option, value in options if option == "--follower-url"] == [
        f"http://timer{job.path}" for job in jobs
    ]
    stops = {value for option, value in options if option == "--follower-stop"}
    schedule = ACH_ORIGIN.schedule
    cut = [schedule.reached_at(cutoff).astimezone(EASTERN) for cutoff in schedule.due(NOON, NOON + timedelta(days=7))]
    assert {f"{at:%H:%M}" for at in cut} | {"09:00"} == stops
    assert len(stops) > 3


def test_the_bridge_is_told_what_infra_says() -> None:
    told = configs.bridge_config(PLACE, "http://127.0.0.1:1")
    assert told["project"] == "demo"
    assert (told["dataset"], told["table"]) == ("clearway", "events")


@pytest.mark.parametrize("kept", [0, 2])
def test_old_runs_go_but_not_one_that_still_runs(tmp_path: Path, kept: int) -> None:
    nobody = 2**22 + 1  # above the highest process id of Linux and macOS
    old = [tmp_path / f"2026010{day}-000000-{nobody}" for day in (1, 2, 3)]
    still = tmp_path / f"20250101-000000-{os.getpid()}"
    for folder in (*old, still, tmp_path / "up"):
        (folder / "logs").mkdir(parents=True)
    new = runs.new(tmp_path, kept=kept)
    assert new.name.endswith(f"-{os.getpid()}")
    assert [folder.exists() for folder in old] == [index >= 3 - kept for index in range(3)]
    assert still.exists()
    assert (tmp_path / "up").exists()
