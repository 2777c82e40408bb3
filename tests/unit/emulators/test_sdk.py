"""Finding the Cloud SDK, the emulators and Java; nothing here starts a process of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from emulators import sdk
from emulators.errors import LocalError
from shared.kernel.errors import ClearwayError


@pytest.fixture(autouse=True)
def _fresh_search() -> Iterator[None]:
    """What was found is remembered for a process; these tests look at different machines."""
    sdk.find.cache_clear()
    sdk.java.cache_clear()
    yield
    sdk.find.cache_clear()
    sdk.java.cache_clear()


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with nothing on PATH; returns its Cloud SDK folder, which CLOUDSDK_ROOT names."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("CLOUDSDK_ROOT", str(tmp_path / "sdk"))
    return tmp_path / "sdk"


def put(path: Path, text: str = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


def fake_java(path: Path, version: str) -> Path:
    return put(path, f"#!/bin/sh\necho 'openjdk version \"{version}\" 2025-04-15' >&2\n")


@pytest.mark.parametrize(
    ("said", "major"),
    [
        ('openjdk version "17.0.15" 2025-04-15', 17),
        ('java version "1.8.0_402"', 8),
        ('openjdk version "21" 2023-09-19 LTS', 21),
        ("The operation couldn't be completed. Unable to locate a Java Runtime.", 0),
    ],
)
def test_java_major(said: str, major: int) -> None:
    assert sdk.java_major(said) == major


def test_all_three_are_missing(bare: Path) -> None:
    del bare
    lines = sdk.missing()
    assert len(lines) == 3
    for part in ("gcloud components install pubsub-emulator", "google-cloud-cli-firestore-emulator", "JRE"):
        assert any(part in line for line in lines)
    with pytest.raises(ClearwayError, match="google-cloud-cli-pubsub-emulator") as caught:
        sdk.require(sdk.PUBSUB_JAR)
    assert caught.value.code is LocalError.NOT_INSTALLED


def test_the_newest_jar_is_taken(bare: Path) -> None:
    lib = bare / "platform" / "pubsub-emulator" / "lib"
    for version in ("0.8.9", "0.8.20", "0.7.30"):
        put(lib / f"cloud-pubsub-emulator-{version}-all.jar")
    found = sdk.find(sdk.PUBSUB_JAR)
    assert found is not None
    assert "0.8.20" in found.name


def test_the_sdk_behind_a_linked_gcloud(bare: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    del bare
    monkeypatch.delenv("CLOUDSDK_ROOT")
    gcloud = put(tmp_path / "opt" / "cloud-sdk" / "bin" / "gcloud")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "gcloud").symlink_to(gcloud)
    jar = put(tmp_path / "opt" / "cloud-sdk" / sdk.FIRESTORE_JAR)
    assert sdk.find(sdk.FIRESTORE_JAR) == jar


def test_gcloud_is_asked_when_nothing_else_helps(bare: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    del bare
    monkeypatch.delenv("CLOUDSDK_ROOT")
    put(tmp_path / "bin" / "gcloud", f"#!/bin/sh\necho {tmp_path / 'hidden'}\n")
    jar = put(tmp_path / "hidden" / sdk.FIRESTORE_JAR)
    assert sdk.find(sdk.FIRESTORE_JAR, usual=()) == jar


def test_an_old_java_home_does_not_hide_a_new_java_on_the_path(
    bare: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del bare
    fake_java(tmp_path / "old" / "bin" / "java", "1.8.0_402")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "old"))
    assert sdk.java() is None
    sdk.java.cache_clear()
    new = fake_java(tmp_path / "bin" / "java", "17.0.15")
    assert sdk.java() == new
