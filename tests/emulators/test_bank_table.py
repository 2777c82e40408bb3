"""Every row of the table of magic endings keeps what it promises to a client that makes no mistake."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import emulators.bank
from emulators.bank.table.outcomes import RailName, Row, Word
from emulators.bank.table.table import ROWS, markdown, row_for
from tests.emulators.bank_client import AMOUNT, CardClient, Client, InstantClient, World, carry_out, read

CALLED = [row for row in ROWS if row.rail in (RailName.INSTANT, RailName.CARD)]


def client_of(rail: RailName, world: World) -> Client:
    return CardClient(world) if rail is RailName.CARD else InstantClient(world)


@pytest.mark.parametrize("row", CALLED, ids=lambda row: f"{row.rail}-{row.ending}")
def test_a_client_that_makes_no_mistake_learns_what_the_row_promises(row: Row) -> None:
    for direction in row.directions:
        world = World()
        client = client_of(row.rail, world)
        word = carry_out(client, world, "k", row.ending, direction)
        if row.expected.told_by == "answer":
            assert word == row.expected.word
        world.bank.advance(row.expected.within.total_seconds())
        if word == "pending" and row.expected.word is not Word.PENDING:
            client.ask("k")
        assert client.ask("k")[1] == row.expected.word
        rail = world.rail(row.rail)
        assert rail["instructions"]["more_than_once"] == []
        assert (rail["moved"]["total"], rail["returned"]["total"]) == (row.expected.moved, row.expected.came_back)
        kept = AMOUNT if row.expected.moved and not row.expected.came_back else 0
        assert rail["balances_minor"].get("USD", 0) == (kept if direction == "debit" else -kept)
        if row.expected.reason_code and row.rail is RailName.CARD:
            assert CardClient(world).answer("k")["reason_code"] == row.expected.reason_code
        if row.expected.reason_code and row.rail is RailName.INSTANT:
            instant = InstantClient(world)
            assert read(instant.send(instant.inquiry("k"))[1]).reason_code == row.expected.reason_code


@pytest.mark.parametrize("row", CALLED, ids=lambda row: f"{row.rail}-{row.ending}")
def test_what_a_callback_tells_in_time_is_what_the_row_promises(row: Row) -> None:
    world = World()
    client = client_of(row.rail, world)
    carry_out(client, world, "k", row.ending, row.directions[0])
    world.bank.advance(row.expected.within.total_seconds())
    told = [word_in(row.rail, one.body) for one in world.believed()]
    if row.expected.told_by == "callback":
        assert told[-1] == row.expected.word
    elif row.ending != "0701":
        assert told == []


def word_in(rail: RailName, body: bytes) -> str:
    if rail is RailName.CARD:
        return CardClient.WORDS[json.loads(body)["status"]]
    return InstantClient(World())._word("k", body)


@pytest.mark.parametrize(
    ("rail", "instrument", "direction", "ending"),
    [
        (RailName.CARD, "tok_visa_0151", "debit", "0151"),
        (RailName.CARD, "tok_visa_0151", "credit", "0000"),
        (RailName.ACH, "9990101", "credit", "0000"),
        (RailName.ACH, "9994711", "debit", "0000"),
        (RailName.INSTANT, "9990801", "credit", "0801"),
    ],
)
def test_a_row_holds_on_its_rail_and_in_its_directions_only(
    rail: RailName, instrument: str, direction: str, ending: str
) -> None:
    assert row_for(rail, instrument, direction).ending == ending


def test_the_readme_shows_the_rows() -> None:
    readme = Path(emulators.bank.__file__).with_name("README.md").read_text(encoding="utf-8")
    assert f"\n\n{markdown()}\n\n" in readme
