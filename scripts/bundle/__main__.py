"""`make bundles`: what Terraform deploys. Each function's code, and of the project's code what it imports, in one zip
whose name holds its hash; `bundles.json` beside them names the zips.

Exit code 1 when a bundle cannot be built; then nothing is written.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from scripts.bundle.bundles import Bundle, build_bundles, write_bundles
from scripts.closure import ROOT
from shared.kernel.errors import ClearwayError


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(prog="make bundles", description=__doc__)
    parser.add_argument("--output", type=Path, default=ROOT / ".clearway" / "bundles", help="folder of the zips")
    parser.add_argument("--functions", type=Path, default=ROOT / "functions", help="folder with one for each function")
    arguments = parser.parse_args()
    try:
        bundles = build_bundles(arguments.functions.resolve())
    except ClearwayError as error:
        print(error.detail, file=sys.stderr)
        return 1
    verdicts = write_bundles(bundles, arguments.output)
    show(bundles, verdicts)
    return 0


def show(bundles: Sequence[Bundle], verdicts: Mapping[str, str]) -> None:
    """One line for each function."""
    print(f"{'function':<20}{'KiB':>8}{'modules':>9}  file")
    for one in bundles:
        size_kib = len(one.content) / 1024
        print(f"{one.function:<20}{size_kib:>8,.0f}{one.modules:>9}  {one.file:<44}{verdicts[one.function]}")


if __name__ == "__main__":
    sys.exit(main())
