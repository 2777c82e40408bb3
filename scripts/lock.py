"""Pin everything, with hashes: the development environment, those of two tools, and each function's own subset.

`python -m scripts.lock` writes all locks anew; `--upgrade` moves to newer versions; `--check` says what is out of date.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from scripts.closure import ROOT, closure_of

LOCKS = ROOT / "scripts" / "locks"
DEV, BIGQUERY, CHECKOV = LOCKS / "dev.txt", LOCKS / "bigquery-emulator.txt", LOCKS / "checkov.txt"
# Which distribution an imported name comes from, where that is not the name itself. Others come with one of these.
DISTRIBUTIONS = {
    "cel_expr_python": "cel-expr-python",
    "defusedxml": "defusedxml",
    "functions_framework": "functions-framework",
    "google.cloud.bigquery": "google-cloud-bigquery",
    "google.cloud.firestore": "google-cloud-firestore",
    "google.cloud.firestore_v1": "google-cloud-firestore",
    "google.cloud.storage": "google-cloud-storage",
    "google.cloud.tasks_v2": "google-cloud-tasks",
    "google.pubsub_v1": "google-cloud-pubsub",
    "grpc": "grpcio",
    "pydantic": "pydantic",
    "rapidfuzz": "rapidfuzz",
    "urllib3": "urllib3",
    "zoneinfo": "tzdata",  # where the image has no time zones of its own
}


def direct_requirements() -> dict[str, str]:
    """The runtime requirements of pyproject.toml, by distribution."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {re.split(r"[<>=!~ ;]", line)[0]: line for line in project["dependencies"]}


def requirements_of(main: Path) -> list[str]:
    """The direct requirements that a function's import closure uses."""
    packages = closure_of(main).packages
    used = {
        distribution
        for name, distribution in DISTRIBUTIONS.items()
        if any(package == name or package.startswith(f"{name}.") for package in packages)
    }
    direct = direct_requirements()
    return sorted(direct[distribution] for distribution in used)


def _compile(output: Path, arguments: list[str], stdin: str = "") -> None:
    subprocess.run(
        [
            *(sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.11"),
            # Without its extras a pin is, to pip, no pin of the requirement that asks for them.
            *("--generate-hashes", "--no-strip-extras", "--no-header", "--no-annotate"),
            *("--no-emit-index-url", "--no-emit-find-links"),
            *("--output-file", str(output), *arguments),
        ],
        cwd=ROOT,
        input=stdin,
        text=True,
        check=True,
    )


def write_locks(folder: Path, *, upgrade: bool) -> dict[Path, Path]:
    """Write all locks below `folder`; returns where each belongs in the project."""
    written: dict[Path, Path] = {}
    more = ["--upgrade"] if upgrade else []
    for number, (target, arguments) in enumerate(
        (
            (DEV, ["--group", "dev", "pyproject.toml"]),
            (BIGQUERY, ["--group", "bigquery-emulator"]),
            (CHECKOV, ["--group", "checkov"]),
        )
    ):
        output = folder / f"{number}.txt"
        if target.exists() and not upgrade:
            output.write_bytes(target.read_bytes())
        _compile(output, [*arguments, *more])
        written[output] = target
    dev = next(output for output, target in written.items() if target == DEV)
    for main in sorted(ROOT.glob("functions/*/main.py")):
        output = folder / f"{main.parent.name}.txt"
        _compile(output, ["-", "--constraint", str(dev)], "\n".join(requirements_of(main)))
        written[output] = main.parent / "requirements.txt"
    return written


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--upgrade", action="store_true", help="move to the newest versions")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a lock is out of date")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        written = write_locks(Path(folder), upgrade=arguments.upgrade)
        stale = [
            target
            for output, target in written.items()
            if not target.exists() or target.read_bytes() != output.read_bytes()
        ]
        for target in stale:
            print(f"{'out of date' if arguments.check else 'written'}: {target.relative_to(ROOT)}")
        if not arguments.check:
            for output, target in written.items():
                target.write_bytes(output.read_bytes())
    return 1 if arguments.check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
