"""`make deploy` and its kin: the command lines, what is refused, and what is left to people."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from scripts.deploy import bootstrap
from scripts.deploy.__main__ import main
from scripts.deploy.errors import DeployError
from scripts.deploy.remaining import remaining
from scripts.deploy.target import Target, missing, refuse_protected, target_of
from scripts.deploy.terraform import apply_command, init_command, plan_command
from shared.kernel.errors import ClearwayError


def a_target(folder: Path, tfvars: str = "") -> Target:
    """A deployment whose files are in `folder`."""
    for name in ("environments", "bootstrap/tests"):
        (folder / "infra" / name).mkdir(parents=True)
    (folder / "infra/environments/dev.tfvars").write_text(tfvars)
    (folder / "infra/bootstrap/versions.tf").write_text('terraform {\n  backend "gcs" {}\n}\n')
    (folder / "infra/bootstrap/tests/bootstrap.tftest.hcl").write_text("")
    return target_of("dev", "clearway-dev", folder / "infra", folder / "work")


def programs(folder: Path, *names: str) -> str:
    """A PATH on which exactly these programs are."""
    folder.mkdir()
    for name in names:
        (folder / name).write_text("#!/bin/sh\n")
        (folder / name).chmod(0o755)
    return str(folder)


@pytest.mark.parametrize(
    ("environment", "project", "said"),
    [
        ("staging", "clearway-dev", "ENVIRONMENT must be one that infra/environments has: dev"),
        ("../dev", "clearway-dev", "ENVIRONMENT must be"),
        ("dev", "", "PROJECT must be the id"),
        ("dev", "Clearway", "PROJECT must be the id"),
        ("dev", "clearway-dev -destroy", "PROJECT must be the id"),
    ],
)
def test_only_a_known_environment_and_a_project_id_are_taken(
    tmp_path: Path, environment: str, project: str, said: str
) -> None:
    a_target(tmp_path)
    with pytest.raises(ClearwayError, match=said) as caught:
        target_of(environment, project, tmp_path / "infra", tmp_path)
    assert caught.value.code is DeployError.REFUSED


def test_a_plan_is_made_of_the_environments_files_and_the_projects_state_and_what_was_planned_is_applied(
    tmp_path: Path,
) -> None:
    target = a_target(tmp_path)
    assert init_command(target)[-2:] == [
        "-backend-config=environments/dev.gcs.tfbackend",
        "-backend-config=bucket=clearway-dev-terraform-state",
    ]
    planned = plan_command(target)
    assert "-var-file=environments/dev.tfvars" in planned
    assert "project=clearway-dev" in planned
    assert f"-out={target.plan}" in planned
    assert apply_command(target)[-1] == str(target.plan)
    assert "-auto-approve" not in apply_command(target)


def test_only_a_destroy_destroys_and_only_the_planner_plans_without_a_lock(tmp_path: Path) -> None:
    target = a_target(tmp_path)
    assert not {"-destroy", "-lock=false"} & set(plan_command(target))
    assert "-destroy" in plan_command(target, destroy=True)
    assert "-lock=false" in plan_command(target, lock=False)


def test_two_projects_share_nothing_on_this_machine(tmp_path: Path) -> None:
    one = a_target(tmp_path)
    other = target_of("dev", "clearway-two", one.infra, one.work)
    assert one.state_bucket != other.state_bucket
    assert one.folder not in (other.folder, *other.folder.parents)
    assert {one.plan.parent, one.bootstrap.parent, one.first_state.parent} == {one.folder}


@pytest.mark.parametrize(
    ("tfvars", "refused"),
    [
        ("", True),
        ("deletion_protection = true\n", True),
        ("# deletion_protection = false\n", True),
        ("deletion_protection = false\ndeletion_protection = true\n", True),
        ('environment = "dev"\n  deletion_protection=false\n', False),
        ("deletion_protection = false # a place to try things in\n", False),
    ],
)
def test_a_destroy_is_refused_unless_the_environment_is_made_to_be_destroyed(
    tmp_path: Path, tfvars: str, *, refused: bool
) -> None:
    target = a_target(tmp_path, tfvars)
    if not refused:
        refuse_protected(target)
        return
    with pytest.raises(ClearwayError, match="deletion protection"):
        refuse_protected(target)


def test_production_is_not_destroyed_and_the_reason_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["destroy", "--environment", "prod", "--project", "clearway-prod", "--yes"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert "prod has deletion protection" in said.err


@pytest.mark.parametrize(
    ("action", "installed", "environ", "lacks"),
    [
        ("plan", (), {}, ["terraform", "Google credentials"]),
        ("plan", ("terraform",), {}, ["Google credentials"]),
        ("plan", ("terraform",), {"GOOGLE_OAUTH_ACCESS_TOKEN": "made-up"}, []),
        ("plan", ("terraform",), {"GOOGLE_APPLICATION_CREDENTIALS": "/nowhere.json"}, ["/nowhere.json"]),
        ("bootstrap", ("terraform",), {"GOOGLE_OAUTH_ACCESS_TOKEN": "made-up"}, ["gcloud"]),
        ("bootstrap", ("terraform", "gcloud"), {"GOOGLE_OAUTH_ACCESS_TOKEN": "made-up"}, []),
    ],
)
def test_what_a_machine_lacks_is_said_before_anything_runs(
    tmp_path: Path, action: str, installed: tuple[str, ...], environ: dict[str, str], lacks: list[str]
) -> None:
    found = missing(action, environ | {"PATH": programs(tmp_path / "bin", *installed)}, tmp_path)
    assert [word in line for word, line in zip(lacks, found, strict=True)] == [True] * len(lacks)
    assert "made-up" not in " ".join(found)


def test_credentials_of_gcloud_are_found_where_gcloud_keeps_them(tmp_path: Path) -> None:
    environ = {"PATH": programs(tmp_path / "bin", "terraform")}
    kept = tmp_path / ".config" / "gcloud"
    kept.mkdir(parents=True)
    (kept / "application_default_credentials.json").write_text("{}")
    assert missing("apply", environ, tmp_path) == []
    assert missing("apply", environ | {"CLOUDSDK_CONFIG": str(tmp_path)}, tmp_path) != []


def test_what_is_left_to_people_is_a_line_each_and_holds_no_value(tmp_path: Path) -> None:
    outputs = {
        "dns_records": [{"name": "api.example.com.", "type": "A", "data": "203.0.113.7"}],
        "bank_addresses": ["203.0.113.8", "203.0.113.9"],
    }
    lines = remaining(a_target(tmp_path), outputs, ["CLEARWAY_API_KEYS", "CLEARWAY_RAIL_TOKENS"])
    assert lines == [
        "DNS record: api.example.com. A 203.0.113.7",
        "Banks' allow lists: calls come from 203.0.113.8, 203.0.113.9",
        "Value of a secret: gcloud secrets versions add clearway-api-keys --project clearway-dev --data-file=-",
        "Value of a secret: gcloud secrets versions add clearway-rail-tokens --project clearway-dev --data-file=-",
        (
            "OFAC's lists (sanctionslist.ofac.treas.gov): gcloud storage cp alt.csv gs://clearway-dev-lists/watchlist/"
            " && gcloud storage cp sdn.csv gs://clearway-dev-lists/watchlist/"
        ),
    ]


def test_without_a_host_the_api_is_said_to_have_no_name(tmp_path: Path) -> None:
    first, *_ = remaining(a_target(tmp_path), {"dns_records": []}, [])
    assert first.startswith("A name for the API: set hosts")


def test_the_first_state_of_a_bootstrap_is_local_and_the_checkout_does_not_learn_of_it(tmp_path: Path) -> None:
    target = a_target(tmp_path)
    bootstrap.copy_sources(target, local=True)
    assert sorted(os.listdir(target.bootstrap)) == [bootstrap.OVERRIDE, "versions.tf"]
    assert str(target.first_state) in (target.bootstrap / bootstrap.OVERRIDE).read_text()
    assert not (target.infra / "bootstrap" / bootstrap.OVERRIDE).exists()
    bootstrap.copy_sources(target, local=False)
    assert os.listdir(target.bootstrap) == ["versions.tf"]


def test_a_bootstraps_state_is_moved_into_the_projects_bucket(tmp_path: Path) -> None:
    target = a_target(tmp_path)
    assert not any("bucket" in one for one in bootstrap.init_command(target, local=True))
    moving = bootstrap.init_command(target, local=False, migrate=True)
    assert {"-migrate-state", "-force-copy", "-backend-config=bucket=clearway-dev-terraform-state"} <= set(moving)
    assert "-reconfigure" not in moving
    assert {"environment=dev", "project=clearway-dev"} <= set(bootstrap.plan_command(target))


def test_a_plan_that_nobody_agreed_to_is_not_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It holds all of the state, and whoever finds it can apply it."""
    target = a_target(tmp_path)
    path = programs(tmp_path / "bin", "gcloud")
    terraform = tmp_path / "bin" / "terraform"
    terraform.write_text(
        f"#!/bin/sh\ncase \"$*\" in *' plan '*) echo state > {target.plan}; touch {tmp_path}/planned; exit 2;; esac\n"
    )
    terraform.chmod(0o755)
    monkeypatch.setenv("PATH", f"{path}:/usr/bin:/bin")
    with pytest.raises(ClearwayError, match="nobody is there to agree"):
        bootstrap.bootstrap(target, yes=False)
    assert (tmp_path / "planned").exists()
    assert not target.plan.exists()


@pytest.mark.parametrize(
    ("listed", "known"),
    [
        ("clearway-dev-files\nclearway-dev-terraform-state", True),
        ("clearway-dev-terraform-state-2", False),
        ("", False),
    ],
)
def test_a_bucket_of_the_states_name_counts_in_the_project_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, listed: str, known: bool
) -> None:
    """Whoever takes the name first, in a project of their own, would write our first state."""
    target = a_target(tmp_path)
    monkeypatch.setenv("PATH", f"{programs(tmp_path / 'bin')}:/usr/bin:/bin")
    gcloud = tmp_path / "bin" / "gcloud"
    gcloud.write_text(f"#!/bin/sh\ncase \"$*\" in *' list '*'--project clearway-dev '*) echo '{listed}';; esac\n")
    gcloud.chmod(0o755)
    assert bootstrap.bucket_exists(target) is known
    gcloud.write_text("#!/bin/sh\nexit 1\n")
    with pytest.raises(ClearwayError, match="does not say which buckets"):
        bootstrap.bucket_exists(target)
