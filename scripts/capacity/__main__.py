"""`make capacity RATE=50`: which limit a rate of payments meets first, what to raise, how many instances, and the cost.

It reckons from functions/*/function.yaml, the counted operations (infra/operations.yaml), and the dated limits and
prices (infra/limits.yaml, infra/prices.yaml); it calls nobody.

    python -m scripts.capacity --rate 50
    python -m scripts.capacity --rate 50 --peak 4 --mix payout=0.7,deposit=0.3 --accounts 10000 --json

Exit code 1 when the peak is above a limit, 2 when the question cannot be answered.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from emulators.description import load_system
from scripts.capacity.as_data import data_of
from scripts.capacity.books import limits_at, prices_at
from scripts.capacity.operations import load_operations
from scripts.capacity.plan import Figures, plan_of
from scripts.capacity.question import MIX, PEAK, REGION, Question, day_of, mix_of, number
from scripts.capacity.show import lines_of, verdict
from shared.kernel.errors import ClearwayError


def main(words: Sequence[str] | None = None) -> int:
    """Command line."""
    arguments = _parser().parse_args(words)
    try:
        question = question_of(arguments)
        day, region = question.on, question.region
        figures = Figures(load_operations(), load_system(), prices_at(day, region), limits_at(day, region))
        plan = plan_of(question, figures)
    except ClearwayError as error:
        print(error.detail, file=sys.stderr)
        return 2
    if arguments.json:
        print(json.dumps(data_of(plan), indent=2))
    else:
        print("\n".join(lines_of(plan)))
        print(f"\n{verdict(plan)}")
    return 1 if plan.exceeded else 0


def question_of(arguments: argparse.Namespace) -> Question:
    """What the command line asks. Raises BAD_QUESTION."""
    return Question(
        rate=number(arguments.rate, "the rate"),
        peak=number(arguments.peak, "the peak"),
        mix=mix_of(arguments.mix),
        region=arguments.region,
        on=day_of(arguments.on) if arguments.on else datetime.now(UTC).date(),
        accounts=arguments.accounts,
    )


def _parser() -> argparse.ArgumentParser:
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(prog="make capacity", description=__doc__, formatter_class=raw)
    parser.add_argument("--rate", required=True, help="payments a second, as the mean of a month")
    parser.add_argument("--peak", default=str(PEAK), help=f"how many times of it the busiest minutes have ({PEAK})")
    parser.add_argument("--mix", default=MIX, help=f"share of each route ({MIX})")
    parser.add_argument("--region", default=REGION, help=f"whose prices and limits ({REGION})")
    parser.add_argument("--on", metavar="DAY", help="the day whose prices and limits count (today)")
    parser.add_argument(
        "--accounts", type=int, help="wallets that there are, and payments are spread over; without it, any number"
    )
    parser.add_argument("--json", action="store_true", help="the same as data")
    return parser


if __name__ == "__main__":
    sys.exit(main())
