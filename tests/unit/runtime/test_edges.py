"""The runtime's own edges: settings, keys, envelopes, HTTP."""

from __future__ import annotations

import base64
import hashlib
import json
import runpy
from pathlib import Path
from typing import Any

import pytest

from shared.adapters.clock_ahead import ClockAhead
from shared.adapters.system_clock import SystemClock
from shared.cloud.backbone import cloud_clock
from shared.cloud.files import cloud_files
from shared.contracts.errors import ContractError
from shared.kernel.errors import ClearwayError, KernelError
from shared.runtime.api_keys import ApiKeys
from shared.runtime.envelopes import push_from
from shared.runtime.settings import Settings
from shared.runtime.web import HttpRequest, Reply, json_reply, serve


def test_settings_name_the_variable_that_is_missing_or_no_number() -> None:
    for environment, name in (
        ({}, "GOOGLE_CLOUD_PROJECT"),
        ({"GOOGLE_CLOUD_PROJECT": "p", "CLEARWAY_DRIVE_AFTER_S": "soon"}, "CLEARWAY_DRIVE_AFTER_S"),
    ):
        with pytest.raises(ClearwayError) as caught:
            Settings.from_environment(environment)
        assert caught.value.code is KernelError.MISUSE
        assert name in caught.value.detail


def test_settings_have_safe_defaults() -> None:
    settings = Settings.from_environment({"GOOGLE_CLOUD_PROJECT": "p"})
    assert settings.firestore_emulator is None
    assert (settings.storage_emulator, settings.files_bucket, settings.lists_bucket) == (None, "", "")
    assert settings.api_keys == "{}", "no key opens anything"
    assert settings.delivery_attempts_max == 5


def test_files_without_a_bucket_stop_the_function_from_starting() -> None:
    with pytest.raises(ClearwayError) as caught:
        cloud_files(Settings.from_environment({"GOOGLE_CLOUD_PROJECT": "p"}))
    assert caught.value.code is KernelError.MISUSE
    assert "CLEARWAY_FILES_BUCKET" in caught.value.detail


CLOCK = {"GOOGLE_CLOUD_PROJECT": "p", "CLEARWAY_CLOCK_URL": "http://127.0.0.1:1/clock"}
EMULATORS = {f"{name}_EMULATOR_HOST": "127.0.0.1:1" for name in ("FIRESTORE", "PUBSUB", "CLOUD_TASKS")}


@pytest.mark.parametrize("real", EMULATORS)
def test_a_clock_that_can_be_moved_stops_a_function_with_a_real_service_from_starting(real: str) -> None:
    environment = {**CLOCK, **{name: host for name, host in EMULATORS.items() if name != real}}
    with pytest.raises(ClearwayError) as caught:
        cloud_clock(Settings.from_environment(environment))
    assert caught.value.code is KernelError.MISUSE
    assert "CLEARWAY_CLOCK_URL" in caught.value.detail


def test_the_clock_is_the_systems_own_unless_the_emulators_have_another() -> None:
    assert type(cloud_clock(Settings.from_environment({"GOOGLE_CLOUD_PROJECT": "p", **EMULATORS}))) is SystemClock
    assert type(cloud_clock(Settings.from_environment({**CLOCK, **EMULATORS}))) is ClockAhead


def keys() -> ApiKeys:
    digests = {tenant: hashlib.sha256(f"key-of-{tenant}".encode()).hexdigest() for tenant in ("one", "two")}
    return ApiKeys.parse(json.dumps({name: {"tenant": name, "sha256": digest} for name, digest in digests.items()}))


def test_a_key_opens_its_own_tenant() -> None:
    assert keys().tenant_of("Bearer key-of-one") == "one"
    assert keys().tenant_of("bearer key-of-two") == "two"


@pytest.mark.parametrize("header", [None, "", "Bearer ", "Bearer key-of-three", "key-of-one", "Basic key-of-one"])
def test_anything_else_opens_nothing_and_is_not_repeated(header: str | None) -> None:
    with pytest.raises(ClearwayError) as caught:
        keys().tenant_of(header)
    assert caught.value.code is ContractError.UNAUTHENTICATED
    assert "key-of" not in caught.value.detail


@pytest.mark.parametrize("text", ["", "[]", "{", '{"a": 1}', '{"a": {"tenant": "x"}}'])
def test_broken_keys_stop_the_function_from_starting(text: str) -> None:
    with pytest.raises(ClearwayError):
        ApiKeys.parse(text)


def envelope(**changes: Any) -> bytes:
    message = {"data": base64.b64encode(b"hello").decode(), "messageId": "7", "attributes": {"type": "t"}}
    return json.dumps({"message": {**message, **changes}, "subscription": "projects/p/subscriptions/s"}).encode()


def test_a_push_request_is_unwrapped() -> None:
    push = push_from(envelope())
    assert (push.subscription, push.message_id, push.data, push.attributes, push.attempt) == (
        "s",
        "7",
        b"hello",
        {"type": "t"},
        1,
    )
    body = {**json.loads(envelope()), "deliveryAttempt": 3}
    assert push_from(json.dumps(body).encode()).attempt == 3


def test_a_message_without_data_or_attributes_is_a_message() -> None:
    push = push_from(b'{"message": {"messageId": "1"}, "subscription": "s"}')
    assert (push.data, push.attributes) == (b"", {})


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"message": 1}', envelope(data="%%%"), envelope(attributes="x")])
def test_what_pubsub_never_sends_is_refused(body: bytes) -> None:
    with pytest.raises(ClearwayError) as caught:
        push_from(body)
    assert caught.value.code is ContractError.MALFORMED


class Request:
    """What a server hands over."""

    def __init__(self, method: str, path: str) -> None:
        self.method, self.path, self.headers = method, path, {"X-Name": "value"}
        self.query_string = b"limit=2&cursor=a%2Fb&limit=3&empty="

    def get_data(self) -> bytes:
        return b"body"


def test_every_function_answers_whether_it_is_up() -> None:
    def never(_: HttpRequest) -> Reply:
        raise AssertionError

    assert serve(never, Request("GET", "/healthz"))[1] == 200


def test_a_bug_is_answered_without_its_text(capsys: pytest.CaptureFixture[str]) -> None:
    def broken(_: HttpRequest) -> Reply:
        raise ValueError("account 123456789 of Ada Brook")

    body, status, _ = serve(broken, Request("POST", "/"))
    assert status == 500
    assert b"Ada" not in body
    logged = capsys.readouterr().out
    assert "Ada" not in logged
    assert "test_edges.py" in logged


class Sized(Request):
    """One whose body must not be read before its length is known to be bounded."""

    def __init__(self, **headers: str) -> None:
        super().__init__("POST", "/")
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        self.read = False

    def get_data(self) -> bytes:
        self.read = True
        return b""


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 204),
        ({"Content_Length": "10"}, 204),
        ({"Content_Length": "11"}, 413),
        ({"Content_Length": "99999999999999999999"}, 413),
        ({"Content_Length": "-1"}, 413),
        ({"Content_Length": "\u0661"}, 413),
        ({"Content_Length": "1e1"}, 413),
        ({"Transfer_Encoding": "chunked"}, 413),
    ],
)
def test_a_body_without_a_bound_is_not_even_read(headers: dict[str, str], status: int) -> None:
    request = Sized(**headers)
    assert serve(lambda _: Reply(204), request, body_bytes_max=10)[1] == status
    assert request.read is (status == 204)


@pytest.mark.parametrize("name", ["api", "rail_callback"])
def test_a_function_that_anybody_reaches_reads_no_body_without_a_bound(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable, value in {
        **EMULATORS,
        "GOOGLE_CLOUD_PROJECT": "p",
        "CLEARWAY_SETTLEMENT_URL": "http://[::1]:1",
    }.items():
        monkeypatch.setenv(variable, value)
    main = Path(__file__).parents[3] / "functions" / name / "main.py"
    request = Sized(Content_Length=str(32 * 2**20))
    assert runpy.run_path(str(main))["handle"](request)[1] == 413
    assert not request.read


def test_header_names_are_found_in_any_case() -> None:
    assert (
        serve(lambda request: Reply(200, (request.header("x-NAME") or "").encode()), Request("POST", "/"))[0]
        == b"value"
    )


def test_query_parameters_are_decoded_and_the_last_of_two_counts() -> None:
    def told(request: HttpRequest) -> Reply:
        return json_reply(200, request.query)

    assert json.loads(serve(told, Request("GET", "/"))[0]) == {"limit": "3", "cursor": "a/b", "empty": ""}
