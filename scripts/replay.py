"""`make replay`: list what stands in quarantine or in the dead-letter topic, and bring it back.

`--list` shows both with their causes. `--id ID` replays one quarantined message, `--all` all of them and everything
dead-lettered. `--data FILE` replaces the data of the one message. What cannot be sent as it is, such as data that does
not fit the schema of its topic, waits on and is shown with the reason. It works on the system that `make up` runs, or
on the project of the environment: GOOGLE_CLOUD_PROJECT, application default credentials, and for what goes back to the
settlement queue CLEARWAY_REGION, CLEARWAY_SETTLEMENT_URL and CLEARWAY_INVOKER_SERVICE_ACCOUNT, as the functions have.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from emulators.addresses import Hosts, fixed_ports
from emulators.description import load_system, subscription_name
from emulators.local import LOCAL_PROJECT
from shared.adapters.pubsub.pull import PullSubscription
from shared.adapters.rails.inbox import SignedInbox
from shared.cloud.backbone import cloud_backbone
from shared.cloud.settlement_queue import settlement_queue
from shared.kernel.errors import ClearwayError, KernelError
from shared.ports.publisher import Message
from shared.runtime.backbone import Backbone
from shared.runtime.carriers import settlement_over
from shared.runtime.news import NewsDesk
from shared.runtime.partners import partner_topic
from shared.runtime.replay import CALLBACKS, own_attributes, quarantined, replay
from shared.runtime.settings import Settings
from shared.runtime.steps.rail_callback import CallbackStep

SOURCE = "CloudPubSubDeadLetterSourceSubscription"


def local_environment() -> dict[str, str]:
    """Where everything is that `make up` runs."""
    ports = fixed_ports(load_system())
    hosts = Hosts.on(ports)
    return {
        "GOOGLE_CLOUD_PROJECT": LOCAL_PROJECT,
        "FIRESTORE_EMULATOR_HOST": hosts.firestore,
        "PUBSUB_EMULATOR_HOST": hosts.pubsub,
        "CLOUD_TASKS_EMULATOR_HOST": hosts.tasks,
        "CLEARWAY_CLOCK_URL": hosts.clock_url,
        "CLEARWAY_SETTLEMENT_URL": f"http://127.0.0.1:{ports.functions['settlement']}",
    }


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(prog="make replay", description=__doc__)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--list", action="store_true", help="show what waits (the default)")
    what.add_argument("--id", help="replay one quarantined message")
    what.add_argument("--all", action="store_true", help="replay everything that waits")
    parser.add_argument("--data", type=Path, help="with --id: a file with the data to send in place of the message's")
    arguments = parser.parse_args()
    if "GOOGLE_CLOUD_PROJECT" not in os.environ:
        os.environ.update(local_environment())
    try:
        return run(arguments)
    except ClearwayError as error:
        print(error.detail, file=sys.stderr)
        return 1


def run(arguments: argparse.Namespace) -> int:
    """Do what the command line asks, on the project of the environment."""
    settings = Settings.from_environment()
    if not settings.settlement_url:
        raise ClearwayError(KernelError.MISUSE, "the environment lacks CLEARWAY_SETTLEMENT_URL")
    if not (settings.tasks_emulator or settings.invoker_service_account):
        raise ClearwayError(KernelError.MISUSE, "the environment lacks CLEARWAY_INVOKER_SERVICE_ACCOUNT")
    backbone = cloud_backbone(settings, settlement_queue(settings))
    settlement = settlement_over(backbone, [])
    take_callback = CallbackStep(SignedInbox({}), NewsDesk(backbone, settlement)).take_kept
    waiting = list(quarantined(backbone.documents))
    if arguments.id:
        chosen = [one for one in waiting if one.id == arguments.id]
        if not chosen:
            print(f"nothing with the id {arguments.id} waits in quarantine", file=sys.stderr)
            return 1
        data = arguments.data.read_bytes() if arguments.data else None
        replay(chosen[0], backbone, data=data, take_callback=take_callback)
        print(f"replayed {arguments.id}")
        return 0
    refused = 0
    for one in waiting:
        reason = _refusal(partial(replay, one, backbone, take_callback=take_callback)) if arguments.all else ""
        print(f"{_said(sent=arguments.all and not reason)} {one.id}  {one.code}: {one.detail}{_because(reason)}")
        # A callback that still tells nothing of a payment waits on, and nothing waits for it.
        refused += bool(reason) and one.subscription != CALLBACKS
    dead, dead_refused = _dead_letters(settings, backbone, send=arguments.all)
    if not waiting and not dead:
        print("nothing waits")
    return 1 if refused + dead_refused else 0


def _refusal(send: Callable[[], object]) -> str:
    """Send one of many; the reason why it cannot be sent as it is, or nothing. Raises what may pass by itself."""
    try:
        send()
    except ClearwayError as error:
        if error.retryable:
            raise
        return error.detail
    return ""


def _said(*, sent: bool) -> str:
    return "replayed" if sent else "waits   "


def _because(reason: str) -> str:
    return f"; not sent: {reason}" if reason else ""


def _dead_letters(settings: Settings, backbone: Backbone, *, send: bool) -> tuple[int, int]:
    """Show the dead letters, or send each back to the topic that its subscription reads.

    Returns how many there are, and how many of them were refused.
    """
    system = load_system()
    topics = {subscription_name(function, trigger): trigger.topic for function, trigger in system.subscribers()}
    count = refused = 0
    for topic in system.dead_letter_topics:
        kept = PullSubscription(settings.project, f"{topic}-kept", settings.pubsub_emulator)
        seen = list(kept)
        for received in seen:
            source = received.attributes.get(SOURCE, "")
            # That of a partner never goes to our own topic, on which every tenant counts.
            origin = topics.get(source) or partner_topic(source)
            sent, reason = send and origin != "", ""
            if sent:
                message = Message(origin, received.data, own_attributes(received.attributes))
                reason = _refusal(partial(backbone.publisher.publish, message))
                refused += bool(reason)
            if sent and not reason:
                kept.acknowledge(received)
            else:
                kept.release(received)
            print(f"{_said(sent=sent and not reason)} dead letter of {source or 'nobody known'}{_because(reason)}")
        kept.close()
        count += len(seen)
    return count, refused


if __name__ == "__main__":
    sys.exit(main())
