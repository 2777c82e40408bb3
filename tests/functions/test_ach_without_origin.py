"""A timer that was not told who we are on the ACH network must not let queued entries lie in silence."""

from __future__ import annotations

from emulators.identity import ACH_ORIGIN
from shared.rails.commands.ach.ach_rail import AchRail
from shared.runtime.backbone import Backbone
from shared.runtime.carriers import settlement_over
from shared.runtime.news import NewsDesk
from shared.runtime.steps.timer import timer_endpoint
from shared.runtime.steps.timer_jobs import timer_jobs
from shared.runtime.web import HttpRequest
from tests.support.ach import an_instruction
from tests.support.world import World


def test_the_cut_off_fails_while_entries_wait_for_a_file_that_nobody_cuts() -> None:
    twins = World().twins
    backbone = Backbone(twins.documents, twins.broker, twins.clock, twins.tasks)
    desk = NewsDesk(backbone, settlement_over(backbone, []))
    timer = timer_endpoint(timer_jobs(backbone, twins.objects, twins.lists, desk, None))
    assert timer(HttpRequest("POST", "/ach-cutoff")).status == 200
    AchRail(twins.documents, twins.clock, ACH_ORIGIN).submit(an_instruction())
    assert timer(HttpRequest("POST", "/ach-cutoff")).status == 503
