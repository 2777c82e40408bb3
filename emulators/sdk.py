"""Where Google's emulators are on this machine: the Cloud SDK, the two jars, and a Java to run them with."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from emulators.errors import LocalError
from shared.kernel.errors import ClearwayError

JAVA_MAJOR_MIN = 11
PUBSUB_JAR = "platform/pubsub-emulator/lib/cloud-pubsub-emulator-*-all.jar"
FIRESTORE_JAR = "platform/cloud-firestore-emulator/cloud-firestore-emulator.jar"
_USUAL_ROOTS = (
    "/usr/lib/google-cloud-sdk",
    "/usr/share/google-cloud-sdk",
    "/opt/google-cloud-sdk",
    "/opt/homebrew/share/google-cloud-sdk",
    "/usr/local/share/google-cloud-sdk",
    "/snap/google-cloud-sdk/current",
    "~/google-cloud-sdk",
)
_HINTS = {
    PUBSUB_JAR: "the Pub/Sub emulator: gcloud components install pubsub-emulator"
    " (apt: google-cloud-cli-pubsub-emulator)",
    FIRESTORE_JAR: "the Firestore emulator: gcloud components install cloud-firestore-emulator"
    " (apt: google-cloud-cli-firestore-emulator)",
}
_JAVA_HINT = f"Java {JAVA_MAJOR_MIN} or newer: any JRE on PATH or in JAVA_HOME (apt: default-jre-headless)"


def java_major(version_text: str) -> int:
    """Major version from what `java -version` prints (`17.0.15` is 17, the older `1.8.0_402` is 8); 0 for none."""
    found = re.search(r'version "(\d+)(?:\.(\d+))?', version_text)
    if found is None:
        return 0
    major = int(found[1])
    return int(found[2] or 0) if major == 1 else major


@cache
def java() -> Path | None:
    """A Java that is new enough: the one in JAVA_HOME, else the one on PATH, else None."""
    home = os.environ.get("JAVA_HOME")
    candidates = [Path(home) / "bin" / "java"] if home else []
    on_path = shutil.which("java")
    candidates += [Path(on_path)] if on_path else []
    for candidate in candidates:
        if not os.access(candidate, os.X_OK):
            continue
        # Java prints its version on the error stream.
        said = subprocess.run([candidate, "-version"], capture_output=True, text=True, check=False, timeout=30)
        if java_major(said.stderr) >= JAVA_MAJOR_MIN:
            return candidate
    return None


def _roots(usual: tuple[str, ...]) -> Iterator[Path]:
    """Folders that may be the root of a Cloud SDK, the cheapest guesses first: asking gcloud itself takes a second.

    CLOUDSDK_ROOT is no guess: where it is set, nothing else is searched.
    """
    told = os.environ.get("CLOUDSDK_ROOT")
    if told:
        yield Path(told)
        return
    gcloud = shutil.which("gcloud")
    if gcloud:
        real = Path(gcloud).resolve()
        yield real.parent.parent
        yield real.parent.parent / "lib" / "google-cloud-sdk"
    yield from (Path(folder).expanduser() for folder in usual)
    if gcloud:
        said = subprocess.run(
            [gcloud, "info", "--format=value(installation.sdk_root)"],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        if said.stdout.strip():
            yield Path(said.stdout.strip())


@cache
def find(pattern: str, usual: tuple[str, ...] = _USUAL_ROOTS) -> Path | None:
    """The newest file matching `pattern` below any root of a Cloud SDK, or None.

    Roots are tried in turn for each file, since a package manager may install one emulator beside another SDK.
    """
    for root in _roots(usual):
        found = sorted(root.glob(pattern), key=_version)
        if found:
            return found[-1]
    return None


def _version(jar: Path) -> tuple[int, ...]:
    """The numbers in a jar's name, so that 0.8.20 is newer than 0.8.9."""
    return tuple(int(number) for number in re.findall(r"\d+", jar.name))


def missing() -> list[str]:
    """What has to be installed before Google's emulators can start, one line each; empty when all is there."""
    lines = [hint for pattern, hint in _HINTS.items() if find(pattern) is None]
    if java() is None:
        lines.append(_JAVA_HINT)
    return lines


def require(pattern: str) -> tuple[Path, Path]:
    """Java and the jar matching `pattern`. Raises NOT_INSTALLED with the line that says what to install."""
    jar, runtime = find(pattern), java()
    if jar is None:
        raise ClearwayError(LocalError.NOT_INSTALLED, f"missing {_HINTS[pattern]}")
    if runtime is None:
        raise ClearwayError(LocalError.NOT_INSTALLED, f"missing {_JAVA_HINT}")
    return runtime, jar
