"""The timer's jobs, by the path under which the scheduler calls them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from functools import partial

from shared.ports.objects import ObjectStore
from shared.rails.domain.ach.origin import AchOrigin
from shared.runtime.backbone import Backbone
from shared.runtime.news import NewsDesk
from shared.runtime.steps import timer_ach
from shared.runtime.steps.timer import Job
from shared.runtime.steps.timer_books import books
from shared.runtime.steps.timer_reconcile import run_reconciliation
from shared.runtime.steps.timer_schedules import run_due_schedules
from shared.runtime.steps.timer_sweep import sweep
from shared.runtime.steps.timer_watch import watch


def timer_jobs(
    backbone: Backbone, files: ObjectStore, lists: ObjectStore, desk: NewsDesk, ach: AchOrigin | None
) -> Mapping[str, Job]:
    """All jobs over these ports. `ach` is our identity on that network; without one its jobs find nothing to do."""

    def schedules() -> Mapping[str, int]:
        return asdict(run_due_schedules(backbone))

    def cut() -> Mapping[str, int]:
        return timer_ach.cut(backbone, files, ach) if ach else timer_ach.without_origin(backbone)

    def inbound() -> Mapping[str, int]:
        return timer_ach.inbound(backbone, files, ach, desk.take) if ach else {}

    return {
        "sweep": partial(sweep, backbone),
        "schedules": schedules,
        "ach-cutoff": cut,
        "ach-inbound": inbound,
        "reconcile": partial(run_reconciliation, backbone, files),
        "watch": partial(watch, backbone, lists),
        "books": partial(books, backbone),
    }
