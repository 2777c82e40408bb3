"""Each guard against losing or doubling money is taken out in turn, and the test that is named beside it must fail."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from scripts.closure import ROOT

CRASH_POINTS = "tests/simulation/test_crash_points.py::test_a_crash_after_any_single_port_call_leaves_the_same_end"
REDELIVERY = "tests/simulation/test_redelivery.py"
ACH_CUTOFFS = "tests/simulation/test_ach_cutoffs.py"
ACH_INBOUND = "tests/simulation/test_ach_inbound.py"
DOCUMENTS = "tests/contracts/test_documents.py"
BOOKING = "tests/unit/ledger/test_book_money.py"
HOT_WALLET = "tests/contracts/test_hot_wallet.py::test_a_wallet_that_all_reach_for_at_once_is_never_overdrawn"
PAYMENTS = "tests/unit/payments"
CALLBACKS = "tests/functions/test_rail_callback.py"


@dataclass(frozen=True)
class Guard:
    """A guard: where it stands, what it reads like, what stands there without it, and who must notice."""

    name: str
    file: str
    there: str
    without: str
    noticed_by: str


GUARDS = (
    Guard(
        "intake asks whether it has been taken",
        "shared/payments/commands/receive_payment.py",
        "if payment.taken_by(STEP) or payment.state is not State.SUBMITTED:",
        "if False:",
        f"{REDELIVERY}::test_a_message_delivered_twice_changes_nothing[intake]",
    ),
    Guard(
        "a gate asks whether it has been taken",
        "shared/payments/commands/pass_gate.py",
        "if payment.taken_by(gate.step) or payment.state is not before:",
        "if False:",
        f"{REDELIVERY}::test_a_message_delivered_twice_changes_nothing[fraud]",
    ),
    Guard(
        "settlement asks whether it has been taken",
        "shared/payments/domain/moves.py",
        "        case State.APPROVED:\n",
        "        case State.APPROVED | State.COMPLETED:\n",
        f"{REDELIVERY}::test_a_task_called_twice_pays_once",
    ),
    Guard(
        "the conclusion asks whether it has been taken",
        "shared/payments/commands/conclude_leg.py",
        "case (LegStatus.SUBMITTING | LegStatus.PENDING, RailStatus.ACCEPTED):",
        "case (_, RailStatus.ACCEPTED):",
        f"{REDELIVERY}::test_two_processes_that_learn_the_outcome_at_once_book_it_once",
    ),
    Guard(
        "a commit in memory has the versions that were read as preconditions",
        "shared/adapters/memory/documents.py",
        "case Replace(read=read) if present is None or present.version != read.version:",
        "case Replace(read=read) if present is None:",
        f"{DOCUMENTS}::test_a_conflict_runs_the_work_again_on_fresh_reads[memory]",
    ),
    Guard(
        "a commit on Firestore has the versions that were read as preconditions",
        "shared/adapters/firestore/writes.py",
        "put_version(raw.current_document.update_time, write.read.version)",
        "raw.current_document.exists = True",
        f"{DOCUMENTS}::test_a_conflict_runs_the_work_again_on_fresh_reads[firestore]",
    ),
    Guard(
        "an addition stands beside a guard",
        "shared/adapters/staging.py",
        "if writes and all(isinstance(write, Add) for write in writes):",
        "if False:",
        f"{DOCUMENTS}::test_an_addition_that_nothing_guards_is_refused[memory]",
    ),
    Guard(
        "the rail is asked before it is told again",
        "shared/payments/commands/settle_payment.py",
        "answer = settlement.carrier(leg.rail).rail.inquire(leg.key)",
        "answer = None",
        f"{CRASH_POINTS}[payout]",
    ),
    Guard(
        "a rail's ignorance is not believed while the first call may be on its way",
        "shared/payments/commands/begin_leg.py",
        "if now < leg.submitted_at + timedelta(seconds=settlement.carrier(leg.rail).inquiry_grace_s):",
        "if False:",
        f"{REDELIVERY}::test_a_task_called_while_the_first_call_is_on_its_way_does_not_tell_the_rail_again",
    ),
    Guard(
        "a callback is believed by its signature alone",
        "shared/adapters/rails/inbox.py",
        "verify(secrets, headers, body, now=now, tolerance_s=self._tolerance_s)",
        "parsed(body)",
        f"{CALLBACKS}::test_what_is_not_signed_by_the_rail_changes_nothing",
    ),
    Guard(
        "an answer about another payment is no answer",
        "shared/adapters/rails/instant.py",
        "return said if said.key == key else None",
        "return said",
        "tests/contracts/test_rail_instant.py::test_an_answer_about_something_else_leaves_the_outcome_open",
    ),
    Guard(
        "the refusal of a duplicate is no outcome of the first",
        "shared/adapters/rails/instant.py",
        "if said is None or said.answer is None or said.repeats or",
        "if said is None or said.answer is None or",
        "tests/contracts/test_rail_instant.py::test_the_refusal_of_a_duplicate_is_no_outcome_of_the_first",
    ),
    Guard(
        "a leg is returned once",
        "shared/payments/commands/conclude_leg.py",
        "case (LegStatus.ACCEPTED, RailStatus.RETURNED):",
        "case (LegStatus.ACCEPTED | LegStatus.RETURNED, RailStatus.RETURNED):",
        f"{PAYMENTS}/test_returns.py::test_a_leg_that_came_back_does_not_come_back_again",
    ),
    Guard(
        "a refund gives back no more than is left",
        "shared/payments/commands/refund_payment.py",
        "elif not 0 < amount_minor <= _left_minor(original):",
        "elif amount_minor <= 0:",
        f"{PAYMENTS}/test_refunds.py::test_no_more_is_refunded_than_was_moved",
    ),
    Guard(
        "a payment is cancelled only before a rail may have been told",
        "shared/payments/commands/cancel_payment.py",
        "if payment.state not in CANCELLABLE:",
        "if False:",
        f"{PAYMENTS}/test_cancelling.py::test_settlement_that_begins_first_is_not_cancelled",
    ),
    Guard(
        "news of a rail that the leg was taken from is ignored",
        "shared/payments/commands/take_news.py",
        "if leg.rail != rail:",
        "if False:",
        f"{PAYMENTS}/test_failover.py::test_news_of_a_rail_that_the_leg_was_taken_from_is_ignored",
    ),
    Guard(
        "a leg goes to the next rail only when the first was certainly not told",
        "shared/payments/commands/settle_payment.py",
        "if error.code is not RailError.NOT_SENT or leg.attempts > 1 or not leg.others:",
        "if not leg.others:",
        f"{PAYMENTS}/test_failover.py::test_a_rail_that_may_have_been_told_keeps_the_leg",
    ),
    Guard(
        "a leg is handed on only as it was marked",
        "shared/payments/commands/begin_leg.py",
        "leg != begun.leg or",
        "",
        f"{PAYMENTS}/test_failover.py::test_a_leg_of_which_the_rail_has_told_meanwhile_is_not_handed_on",
    ),
    Guard(
        "what the payer's bank took back is not passed on",
        "shared/payments/commands/begin_leg.py",
        "        if taken_back:\n",
        "        if False:\n",
        f"{PAYMENTS}/test_returns.py::test_what_was_taken_back_before_any_rail_heard_of_passing_it_on_stays",
    ),
    Guard(
        "a step that was taken publishes again what it owes",
        "shared/runtime/pubsub_endpoint.py",
        "dispatch(payment, owed_by_step(payment, name), backbone)",
        "dispatch(payment, owed_by_step(payment, name), backbone) if counts.writes else None",
        f"{REDELIVERY}::test_a_crash_between_commit_and_publish_is_healed_by_the_redelivery_itself",
    ),
    Guard(
        "a wallet's debits stay below its credits",
        "shared/ledger/domain/account.py",
        "case LimitRule.DEBITS_MUST_NOT_EXCEED_CREDITS if debits_minor > counters.credits_posted_minor:",
        "case LimitRule.DEBITS_MUST_NOT_EXCEED_CREDITS if False:",
        f"{HOT_WALLET}[memory]",
    ),
    Guard(
        "a booking out of a balance commits under the version that was read",
        "shared/ledger/commands/staging.py",
        "tx.replace(account_key(account.id), account_to_fields(account))",
        "tx.add(account_key(account.id), {}, account_to_fields(account))",
        f"{BOOKING}::test_two_bookings_that_read_the_same_balance_take_it_once",
    ),
    Guard(
        "an entry that was reversed is not reversed again",
        "shared/ledger/domain/decide.py",
        "if found.reversed_by:",
        "if False:",
        f"{BOOKING}::test_an_entry_is_reversed_exactly_and_once",
    ),
    Guard(
        "two that reverse an entry at once write the same document",
        "shared/ledger/commands/staging.py",
        "    if entry.reverses:\n",
        "    if False:\n",
        f"{BOOKING}::test_two_that_reverse_the_same_entry_at_once_reverse_it_once",
    ),
    Guard(
        "a booking takes no more than was held for it",
        "shared/ledger/domain/decide.py",
        "if over and not transfer.reverses:",
        "if False:",
        "tests/unit/ledger/test_decide.py::test_post",
    ),
    Guard(
        "an ACH entry is claimed only while its file is being cut",
        "shared/rails/commands/ach/cut_file.py",
        "if file.status is not FileStatus.CUTTING:\n            return False",
        "if False:\n            return False",
        f"{ACH_CUTOFFS}::test_a_payment_whose_commit_came_after_another_jobs_seal_is_in_the_next_file",
    ),
    Guard(
        "an ACH entry is claimed only while it is queued",
        "shared/rails/commands/ach/cut_file.py",
        'if one and one.fields["status"] == EntryStatus.QUEUED.value',
        "if one",
        f"{ACH_CUTOFFS}::test_a_second_job_that_dies_within_the_first_leaves_the_one_file",
    ),
    Guard(
        "an ACH file that was begun is finished before anything else",
        "shared/rails/commands/ach/run_cutoffs.py",
        "todo: list[AchFile | Cutoff] = [*begun, ",
        "todo: list[AchFile | Cutoff] = [",
        f"{ACH_CUTOFFS}::test_a_job_that_dies_after_any_port_call_still_makes_the_one_file[standard]",
    ),
    Guard(
        "an entry of a received ACH file is recorded once",
        "shared/rails/commands/ach/take_item.py",
        "if recorded is not None:",
        "if False:",
        f"{ACH_INBOUND}::test_a_job_that_dies_after_any_port_call_leaves_the_same_end",
    ),
)


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project, from which one guard at a time is taken out."""
    folder = tmp_path_factory.mktemp("copied")
    for name in ("shared", "functions", "emulators", "infra", "scripts", "tests"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.name)
def test_a_guard_that_is_taken_out_is_missed(guard: Guard, copied: Path, request: pytest.FixtureRequest) -> None:
    if "[firestore]" in guard.noticed_by:
        request.getfixturevalue("firestore_host")  # skips where there is no emulator; the runs below start their own
    place = copied / guard.file
    source = place.read_text(encoding="utf-8")
    assert source.count(guard.there) == 1, "the guard has moved; say where it stands now"
    # With the guard in its place the named test passes: it is one of this very suite.
    place.write_text(source.replace(guard.there, guard.without), encoding="utf-8")
    try:
        assert run(copied, guard) == 1, "nobody noticed"
    finally:
        place.write_text(source, encoding="utf-8")
        # What was compiled without the guard: a time in whole seconds and a size tell it from the source, not more.
        shutil.rmtree(place.parent / "__pycache__", ignore_errors=True)


def run(folder: Path, guard: Guard) -> int:
    """pytest's exit code. All modules but the guard's are compiled once for all guards, hence kept."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", guard.noticed_by]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False, timeout=120)
    return done.returncode
