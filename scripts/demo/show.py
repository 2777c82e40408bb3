"""What the demo prints."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from scripts.demo.findings import Findings, percentile

ORDER = ("api.submit_payment", "intake", "fraud", "compliance", "settlement", "timer", "api.register_customer")


def show(findings: Findings, console: Console, *, timed: bool) -> None:
    """Print what happened, the most important last; without times where they are those of a virtual clock."""
    console.rule("what was planted, and what became of it")
    for line in findings.planted.lines():
        console.print(line, highlight=False)
    console.rule("what it took")
    console.print(_usage(findings))
    if timed:
        for what, elapsed in (("decision", findings.decision_ms), ("completion", findings.completion_ms)):
            shown = "   ".join(f"p{percent} {percentile(elapsed, percent):,.0f} ms" for percent in (50, 95, 99))
            console.print(f"submit to {what:<11} {shown}")
        console.print(f"{findings.payments_per_s:,.0f} payments a second, end to end")
    console.rule("what is left")
    outcomes = ", ".join(f"{count} {state}" for state, count in sorted(findings.outcomes.items()))
    console.print(f"payments   {sum(findings.outcomes.values())}: {outcomes}")
    for currency, total in findings.books.debits_minor.items():
        credits_minor = findings.books.credits_minor.get(currency, 0)
        console.print(
            f"ledger     {currency} debits {total / 100:,.2f}, credits {credits_minor / 100:,.2f}, "
            f"{findings.books.entries} entries, {findings.books.accounts} accounts: "
            f"{'balanced' if findings.books.balanced else 'NOT BALANCED'}"
        )
    console.print(
        f"BigQuery   {findings.warehouse.rows} rows, {findings.warehouse.events} events once each, "
        f"{findings.events_expected} expected"
    )
    for name, found in (
        ("lost", findings.lost),
        ("stuck", findings.stuck),
        ("asked twice", findings.asked_twice),
        ("paid twice", findings.paid_twice),
        ("broken hash chains", findings.broken_chains),
        ("ledger differences", tuple(map(str, findings.books.differences))),
    ):
        console.print(f"{name}: {', '.join(found[:5]) if found else 'none'}", style="red" if found else None)


def _usage(findings: Findings) -> Table:
    table = Table("step", "handled", "reads", "writes", "messages", "tasks", "rail calls", "conflicts", box=None)
    total: dict[str, int] = {}
    steps = sorted(findings.usage, key=lambda step: ORDER.index(step) if step in ORDER else len(ORDER))
    names = ("reads", "writes", "messages", "tasks", "rail_calls", "conflicts")
    for step in steps:
        counts = findings.usage[step]
        handled = counts["handled"]
        table.add_row(step, str(handled), *(f"{counts.get(name, 0) / handled:.2f}" for name in names))
        if step != "api.register_customer":
            for name in names:
                total[name] = total.get(name, 0) + counts.get(name, 0)
    payments = max(1, sum(findings.outcomes.values()))
    table.add_row("a payment", str(payments), *(f"{total.get(name, 0) / payments:.2f}" for name in names), style="bold")
    return table
