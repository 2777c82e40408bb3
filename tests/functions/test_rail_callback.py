"""Callbacks of rails: what is believed, what it changes, and that nothing a rail signed is lost."""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import timedelta
from typing import Any

import pytest

from emulators.embedded import Wrapping
from shared.adapters.rails.inbox import SignedInbox
from shared.formats.signing import sign
from shared.kernel import ids
from shared.kernel.errors import ClearwayError, KernelError
from shared.payments.commands.settlement import Settlement
from shared.payments.domain.states import State
from shared.ports.publisher import Message, Publisher
from shared.ports.rail import Answer, Instruction, Rail
from shared.runtime.backbone import Backbone
from shared.runtime.carriers import settlement_over
from shared.runtime.news import NewsDesk
from shared.runtime.replay import Quarantined, quarantined, replay
from shared.runtime.steps.rail_callback import BODY_BYTES_MAX, CallbackStep, rail_callback_endpoint
from shared.runtime.web import HttpRequest, Reply
from tests.support.builders import ADA, PAYEE, TENANT
from tests.support.world import DEPOSIT, World

RAIL = "simulator"
PENDING_FOR_EVER = "1000304"


def secret(seed: int) -> str:
    return "whsec_" + b64encode(bytes(range(seed, seed + 32))).decode()


OURS, NEXT, STRANGERS, OTHER_RAILS = secret(1), secret(2), secret(3), secret(4)
SECRETS = {RAIL: (OURS,), "card": (OTHER_RAILS,)}


class Desk:
    """The function `rail_callback` of a world, and the rail that calls it."""

    def __init__(self, world: World, *, publisher: Publisher | None = None, secrets: Any = SECRETS) -> None:
        twins = world.twins
        self.world = world
        self.backbone = Backbone(twins.documents, publisher or twins.broker, twins.clock, twins.tasks)
        self.endpoint = rail_callback_endpoint(self.backbone, SignedInbox(secrets), self.settlement())

    def settlement(self) -> Settlement:
        return settlement_over(self.backbone, [])

    def step(self) -> CallbackStep:
        return CallbackStep(SignedInbox({}), NewsDesk(self.backbone, self.settlement()))

    def signed(self, body: bytes, *, key: str = OURS, message_id: str = "msg_1", age_s: float = 0.0) -> dict[str, str]:
        return sign(key, message_id, self.world.twins.clock.now() - timedelta(seconds=age_s), body)

    def post(self, body: bytes, headers: dict[str, str], *, rail: str = RAIL) -> Reply:
        return self.endpoint(HttpRequest("POST", f"/v1/rails/{rail}/callbacks", headers, body))

    def tell(self, status: str, *, key: str = "", message_id: str = "msg_1", **more: Any) -> Reply:
        body = said(status, key or leg_key(), **more)
        return self.post(body, self.signed(body, message_id=message_id))

    def waiting(self) -> list[Quarantined]:
        return list(quarantined(self.world.twins.documents))


def leg_key(leg: str = "credit", payment: str = "key-1") -> str:
    return ids.leg_key(ids.payment_id(TENANT, payment), leg)


def said(status: str, key: str, **more: Any) -> bytes:
    return json.dumps({"key": key, "status": status, "reference": "r-1", "reason_code": "", **more}).encode()


def a_pending_payment(**payment: Any) -> World:
    """A payment that the rail has taken and does not decide by itself."""
    world = World(account_number=PENDING_FOR_EVER)
    world.pay(**payment)
    while world.cloud.step():
        continue
    return world


def changes(world: World) -> tuple[Any, ...]:
    """What a callback could change."""
    state = world.end_state()
    return world.payment().state, state["accounts"], state["journal"], state["cases"], state["quarantine"]


def test_a_callback_completes_a_payment_and_the_same_one_again_changes_nothing() -> None:
    world = a_pending_payment()
    desk = Desk(world)
    assert world.payment().state is State.PAYING_OUT
    assert desk.tell("accepted", settled_on="2026-01-05").status == 204
    payment = world.payment()
    assert (payment.state, payment.legs[-1].reference) == (State.COMPLETED, "r-1")
    assert str(payment.legs[-1].settled_on) == "2026-01-05"
    after = world.end_state()
    assert [desk.tell("accepted").status, desk.tell("accepted", message_id="msg_2").status] == [204, 204]
    assert world.end_state() == after
    assert world.cloud.settle_down()
    assert world.twins.warehouse.totals().by_type["payment.completed"] == 1
    assert world.books().differences == ()


def test_a_callback_fails_a_payment_and_gives_the_money_back() -> None:
    world = a_pending_payment()
    assert Desk(world).tell("rejected", reason_code="R03", reason_text="no account").status == 204
    payment = world.payment()
    assert (payment.state, payment.history[-1].reasons[0].code) == (State.FAILED, "rail_R03")
    assert world.books().differences == ()


def test_money_that_comes_back_after_the_end_is_returned() -> None:
    world = a_pending_payment()
    desk = Desk(world)
    assert desk.tell("accepted").status == 204
    world.twins.clock.advance(3 * 86_400)
    assert desk.tell("returned", message_id="msg_2", reason_code="R02").status == 204
    assert world.payment().state is State.RETURNED
    assert world.books().differences == ()


def test_a_callback_that_contradicts_moves_no_money_and_asks_people() -> None:
    world = a_pending_payment()
    desk = Desk(world)
    assert desk.tell("accepted").status == 204
    before = world.end_state()
    assert desk.tell("rejected", message_id="msg_2", reason_code="R03").status == 204
    after = world.end_state()
    assert (after["accounts"], after["journal"]) == (before["accounts"], before["journal"])
    assert len(after["cases"]) == len(before["cases"]) + 1


def test_what_was_said_first_and_arrives_last_changes_nothing() -> None:
    world = a_pending_payment()
    desk = Desk(world)
    assert desk.tell("accepted").status == 204
    before = changes(world)
    assert desk.tell("pending", message_id="msg_0").status == 204
    assert changes(world) == before


class _CallsBackFirst:
    """A rail that calls back before its answer to the call itself has left."""

    def __init__(self, inner: Rail, heard: list[int]) -> None:
        self.inner, self.heard = inner, heard
        self.name, self.timeout_s = inner.name, inner.timeout_s
        self.desk: Desk | None = None

    def submit(self, instruction: Instruction) -> Answer:
        answer = self.inner.submit(instruction)
        assert self.desk is not None
        self.heard.append(self.desk.tell("accepted", key=instruction.key).status)
        return answer

    def inquire(self, key: str) -> Answer | None:
        return self.inner.inquire(key)


def test_a_callback_before_the_answer_to_the_call_itself_counts_once() -> None:
    heard: list[int] = []
    rails: list[_CallsBackFirst] = []

    def wrapped(rail: Rail) -> Rail:
        rails.append(_CallsBackFirst(rail, heard))
        return rails[-1]

    world = World(Wrapping(rail=wrapped))
    rails[-1].desk = Desk(world)
    world.pay()
    assert world.cloud.settle_down()
    assert heard == [204]
    assert world.payment().state is State.COMPLETED
    assert world.books().differences == ()
    assert world.twins.warehouse.totals().by_type["payment.completed"] == 1


def test_a_callback_on_the_first_of_two_legs_brings_on_the_second() -> None:
    world = a_pending_payment(source=DEPOSIT["source"], destination=(ADA, PAYEE))
    assert world.payment().state is State.COLLECTING
    desk = Desk(world)
    assert [desk.tell("accepted", key=leg_key("debit")).status for _ in range(2)] == [204, 204]
    assert world.payment().state is State.COLLECTED
    while world.cloud.step():
        continue
    assert world.payment().state is State.PAYING_OUT, "without the sweep"
    assert desk.tell("accepted", message_id="msg_2").status == 204
    assert world.payment().state is State.COMPLETED
    assert world.books().differences == ()


BODY = said("accepted", leg_key())
NOT_BELIEVED: list[tuple[str, str, Any]] = [
    ("a tampered body", "callback_bad_signature", lambda d: d.post(BODY.replace(b"r-1", b"r-2"), d.signed(BODY))),
    ("a swapped id", "callback_bad_signature", lambda d: d.post(BODY, d.signed(BODY) | {"webhook-id": "msg_2"})),
    (
        "a moved time",
        "callback_bad_signature",
        lambda d: d.post(
            BODY, d.signed(BODY, age_s=200) | {"webhook-timestamp": d.signed(BODY, age_s=100)["webhook-timestamp"]}
        ),
    ),
    ("an old time", "callback_not_recent", lambda d: d.post(BODY, d.signed(BODY, age_s=301))),
    ("a time ahead", "callback_not_recent", lambda d: d.post(BODY, d.signed(BODY, age_s=-301))),
    ("a day-old replay", "callback_not_recent", lambda d: d.post(BODY, d.signed(BODY, age_s=86_400))),
    ("a stranger's secret", "callback_bad_signature", lambda d: d.post(BODY, d.signed(BODY, key=STRANGERS))),
    ("another rail's secret", "callback_bad_signature", lambda d: d.post(BODY, d.signed(BODY, key=OTHER_RAILS))),
    ("no signature", "callback_unsigned", lambda d: d.post(BODY, {})),
    ("no id", "callback_unsigned", lambda d: d.post(BODY, d.signed(BODY) | {"webhook-id": ""})),
    (
        "an id that cannot be signed",
        "callback_unsigned",
        lambda d: d.post(BODY, d.signed(BODY) | {"webhook-id": "a.b"}),
    ),
    ("no time", "callback_unsigned", lambda d: d.post(BODY, d.signed(BODY) | {"webhook-timestamp": "noon"})),
    ("an unsigned body that is none", "callback_unsigned", lambda d: d.post(b"<", {})),
    ("a rail without a secret", "callback_unknown_rail", lambda d: d.post(BODY, d.signed(BODY), rail="bank")),
    ("a rail that there is not", "callback_unknown_rail", lambda d: d.post(BODY, d.signed(BODY), rail="swift")),
    (
        "an empty secret",
        "callback_unknown_rail",
        lambda d: Desk(d.world, secrets={RAIL: ()}).post(BODY, d.signed(BODY)),
    ),
]


@pytest.mark.parametrize(("code", "send"), [case[1:] for case in NOT_BELIEVED], ids=[case[0] for case in NOT_BELIEVED])
def test_what_is_not_signed_by_the_rail_changes_nothing(code: str, send: Any) -> None:
    world = a_pending_payment()
    before = changes(world)
    reply = send(Desk(world))
    assert (reply.status, json.loads(reply.body)["code"]) == (401, code)
    assert "WWW-Authenticate" in reply.headers
    assert changes(world) == before


def test_a_secret_is_changed_without_losing_a_callback() -> None:
    world = a_pending_payment()
    before, during, after = ({RAIL: secrets} for secrets in ((OURS,), (OURS, NEXT), (NEXT,)))
    for secrets, signed_with, status in (
        (before, OURS, 204),
        (before, NEXT, 401),
        (during, OURS, 204),
        (during, NEXT, 204),
        (after, OURS, 401),
        (after, NEXT, 204),
    ):
        desk = Desk(world, secrets=secrets)
        assert desk.post(BODY, desk.signed(BODY, key=signed_with)).status == status
    desk = Desk(world)
    both = sign(OURS, "msg_1", world.twins.clock.now(), BODY, also=[NEXT])
    assert desk.post(BODY, both).status == 204


MALFORMED = [
    b"",
    b"not json",
    b"[]",
    b"[" * 60_000,
    b"\xff",
    said("delivered", leg_key()),
    said("accepted", leg_key(), reference=""),
    said("accepted", leg_key(), settled_on="yesterday"),
    said("accepted", "../payments"),
    said("accepted", ".credit"),
    said("accepted", ids.payment_id(TENANT, "key-1")),
    json.dumps({"status": "accepted", "reference": "r-1"}).encode(),
    json.dumps({"key": ["x"], "status": "accepted", "reference": "r-1"}).encode(),
]


@pytest.mark.parametrize("body", MALFORMED, ids=lambda body: repr(body[:40]))
def test_what_a_rail_signed_and_nobody_understands_is_kept_with_its_cause(body: bytes) -> None:
    world = a_pending_payment()
    desk = Desk(world)
    state = world.payment().state
    replies = [desk.post(body, desk.signed(body)).status for _ in range(2)]
    assert replies == [202, 202]
    (kept,) = desk.waiting()
    assert (kept.data, kept.code, kept.attributes["rail"]) == (body, "callback_malformed", RAIL)
    assert kept.attributes["webhook-id"] == "msg_1"
    assert world.payment().state is state


def test_two_bodies_under_one_message_id_are_both_kept() -> None:
    desk = Desk(World())
    for body in (b"one", b"two"):
        assert desk.post(body, desk.signed(body)).status == 202
    assert sorted(kept.data for kept in desk.waiting()) == [b"one", b"two"]


def test_a_callback_that_names_no_payment_is_kept_and_taken_when_there_is_one() -> None:
    world = World(account_number=PENDING_FOR_EVER)
    desk = Desk(world)
    assert desk.tell("accepted").status == 202
    (kept,) = desk.waiting()
    assert kept.code == "payment_not_found"
    with pytest.raises(ClearwayError) as caught:
        replay(kept, desk.backbone, take_callback=desk.step().take_kept)
    assert (caught.value.code.code, len(desk.waiting())) == ("payment_not_found", 1)
    world.pay()
    while world.cloud.step():
        continue
    world.twins.clock.advance(86_400)
    with pytest.raises(ClearwayError) as caught:
        replay(kept, desk.backbone)
    assert caught.value.code is KernelError.MISUSE
    replay(kept, desk.backbone, take_callback=desk.step().take_kept)
    assert world.payment().state is State.COMPLETED
    assert desk.waiting() == []


def test_a_leg_that_the_payment_does_not_have_is_kept() -> None:
    desk = Desk(a_pending_payment())
    assert desk.tell("accepted", key=leg_key("debit")).status == 202
    assert [kept.code for kept in desk.waiting()] == ["payment_not_found"]


class _Down:
    """A broker that cannot be reached for a while, or has a bug."""

    def __init__(self, inner: Publisher, error: Exception) -> None:
        self.inner, self.error, self.up = inner, error, False

    def publish(self, message: Message) -> str:
        if not self.up:
            raise self.error
        return self.inner.publish(message)


@pytest.mark.parametrize(
    ("error", "kept"),
    [(ClearwayError(KernelError.UNAVAILABLE, "down"), []), (ValueError("account 1000304"), ["unexpected_error"])],
)
def test_a_callback_that_cannot_be_dealt_with_now_is_asked_for_again_and_heals_what_was_lost(
    error: Exception, kept: list[str]
) -> None:
    world = a_pending_payment()
    publisher = _Down(world.twins.broker, error)
    desk = Desk(world, publisher=publisher)
    assert desk.tell("accepted").status == 503
    assert [one.code for one in desk.waiting()] == kept
    assert not any("1000304" in one.detail for one in desk.waiting())
    publisher.up = True
    assert desk.tell("accepted").status == 204
    assert world.cloud.settle_down()
    assert world.twins.warehouse.totals().by_type["payment.completed"] == 1
    assert world.books().differences == ()


@pytest.mark.parametrize(
    ("method", "path", "size", "status"),
    [
        ("GET", f"/v1/rails/{RAIL}/callbacks", 0, 404),
        ("POST", "/v1/rails//callbacks", 0, 404),
        ("POST", "/v1/rails/../callbacks", 0, 404),
        ("POST", f"/v1/rails/{RAIL}/callbacks/1", 0, 404),
        ("POST", f"/v1/rails/{RAIL}", 0, 404),
        ("POST", f"/v1/rails/{RAIL}/callbacks", BODY_BYTES_MAX, 401),
        ("POST", f"/v1/rails/{RAIL}/callbacks", BODY_BYTES_MAX + 1, 413),
    ],
)
def test_nothing_else_is_served_and_no_body_is_without_a_bound(method: str, path: str, size: int, status: int) -> None:
    assert Desk(World()).endpoint(HttpRequest(method, path, {}, b"x" * size)).status == status
