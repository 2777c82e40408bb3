"""The bank's adapter over TLS: only a trusted bank is told anything, and a handshake is no submission."""

from __future__ import annotations

import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from shared.ports.rail import RailStatus
from tests.contracts.peer import Peer, http
from tests.contracts.test_rail import HASTE_S, instruction
from tests.contracts.test_rail_bank import ACCEPTED, NOT_SENT, UNKNOWN, rail_to, submit


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for 127.0.0.1 with its key, in one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "bank")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "bank.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return path


def test_over_tls_only_a_trusted_bank_is_told_anything(certificate: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with Peer(http("200 OK", ACCEPTED), tls=context) as peer:
        with rail_to(peer.url) as rail:
            assert submit(rail) is NOT_SENT
        assert peer.requests == []
        with rail_to(peer.url, ca_file=str(certificate)) as rail:
            assert rail.submit(instruction()).status is RailStatus.ACCEPTED


def test_a_trickle_over_tls_does_not_stretch_the_call_either(certificate: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    over = threading.Event()

    def trickle(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
        while not over.wait(0.025):
            connection.sendall(b"x")

    with Peer(trickle, tls=context) as peer, rail_to(peer.url, timeout_s=2.0, ca_file=str(certificate)) as rail:
        assert submit(rail) is UNKNOWN
        over.set()


def test_a_handshake_that_never_ends_means_not_sent() -> None:
    with Peer(http("400 Bad Request")) as peer:  # it reads the handshake as a request, and waits for the rest of it
        with rail_to(peer.url.replace("http:", "https:"), timeout_s=HASTE_S) as rail:
            assert submit(rail) is NOT_SENT
        assert peer.requests == []
