"""`make ach`: the files, the return rates, and a refused file that goes again."""

from __future__ import annotations

import json

import pytest

from scripts.ach import put_back, show
from shared.kernel.errors import ClearwayError
from shared.kernel.party import Direction
from shared.rails.commands.ach.acknowledgements import take_acknowledgements
from shared.rails.domain.ach.errors import AchError
from tests.support.ach import AchWorld, an_instruction


def a_world_with_a_file() -> tuple[AchWorld, str]:
    """A debit and a credit in one file."""
    world = AchWorld()
    world.rail.submit(an_instruction("pay_a.credit", 12_50))
    world.rail.submit(an_instruction("pay_b.debit", 7_00, direction=Direction.DEBIT))
    (file,) = [one for one in world.at("2026-11-03T21:00").cut() if one.entries]
    return world, file.id


def test_it_shows_each_file_with_its_sums_and_each_rate_with_its_limit(capsys: pytest.CaptureFixture[str]) -> None:
    world, file_id = a_world_with_a_file()
    assert show(world.desk, world.clock.now()) == 0
    first, *rates = capsys.readouterr().out.splitlines()
    assert first.split()[:4] == [file_id, "sent", "2", "entries"]
    assert "7.00 USD in" in first
    assert "12.50 USD out" in first
    assert [line.split()[0] for line in rates] == ["administrative", "overall", "unauthorized"]
    assert all(line.endswith("within") for line in rates)


def test_a_refused_file_goes_again_and_no_other_does(capsys: pytest.CaptureFixture[str]) -> None:
    world, file_id = a_world_with_a_file()
    with pytest.raises(ClearwayError) as caught:
        put_back(file_id, world.desk)
    assert caught.value.code is AchError.NOT_REFUSED
    word = json.dumps({"status": "refused", "reason": "line 1"}).encode()
    assert world.objects.put_new(f"ach/acknowledgements/{file_id}.json", word)
    take_acknowledgements(world.clock.now(), world.desk)
    assert put_back(file_id, world.desk) == 0
    assert "2 entries" in capsys.readouterr().out
    world.at("2026-11-04T21:00").cut()
    assert len(world.outbound()) == 2
