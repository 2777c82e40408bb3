"""Where a client reaches, and with what right."""

from __future__ import annotations

import json
import queue
from pathlib import Path

import grpc
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from shared.adapters.firestore.client import make_client
from shared.adapters.firestore.documents import FirestoreDocuments
from shared.adapters.system_clock import SystemClock


@pytest.fixture
def credentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Default credentials of a service account that exists nowhere."""
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    account = {"type": "service_account", "client_email": "nobody@p.iam", "private_key": pem, "token_uri": "https://t"}
    file = tmp_path / "account.json"
    file.write_text(json.dumps(account), encoding="utf-8")
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(file))


def state_of(channel: grpc.Channel) -> grpc.ChannelConnectivity:
    seen: queue.Queue[grpc.ChannelConnectivity] = queue.Queue()
    channel.subscribe(seen.put, try_to_connect=False)
    state = seen.get(timeout=30)
    channel.unsubscribe(seen.put)
    return state


@pytest.mark.usefixtures("credentials")
@pytest.mark.parametrize("emulator_host", [None, "127.0.0.1:1"])
def test_nothing_is_sent_before_the_first_call(emulator_host: str | None) -> None:
    client = make_client("p", emulator_host)
    FirestoreDocuments(client, SystemClock())
    assert state_of(client.channel) is grpc.ChannelConnectivity.IDLE
    client.close()


@pytest.mark.usefixtures("credentials")
def test_google_is_never_sent_the_emulators_password() -> None:
    for host, names in (("127.0.0.1:1", {"authorization"}), (None, set[str]())):
        client = make_client("p", host)
        sent = {name for name, _ in client.metadata_for("database", client.database)}
        assert sent == {"google-cloud-resource-prefix", "x-goog-request-params"} | names
        client.close()
