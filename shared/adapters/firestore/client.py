"""One Firestore client a process, built when a function's main.py loads and first used after the server has forked.

Google's library brings the channel, the credentials and the messages. Its hand-written client on top of them is left
out: it makes a proto-plus object of every value of a document, and with it the store cost five times the CPU.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import grpc
from google.api_core.gapic_v1 import routing_header
from google.cloud.firestore_v1.services.firestore.transports import FirestoreGrpcTransport
from grpc.experimental import ChannelOptions

Metadata = tuple[tuple[str, str], ...]

# Sizes are Firestore's to limit. A streamed answer is read by the thread that asked: else gRPC hands each message over
# from a thread of its own, which costs 0.3 ms of CPU more a read (one caller; from eight on it makes no difference).
# The option is experimental; a gRPC that has dropped it ignores it.
_OPTIONS: tuple[tuple[str, Any], ...] = (
    ("grpc.max_send_message_length", -1),
    ("grpc.max_receive_message_length", -1),
    (ChannelOptions.SingleThreadedUnaryStream, 1),
)
_CLOUD_OPTIONS = (*_OPTIONS, ("grpc.keepalive_time_ms", 30_000))  # as Google's own client keeps its channel alive


@dataclass(frozen=True, slots=True)
class FirestoreClient:
    """A channel to the default database of `project`, and the metadata that every call carries. Safe for threads."""

    project: str
    channel: grpc.Channel
    metadata: Metadata = ()

    @property
    def database(self) -> str:
        """The database's resource name."""
        return f"projects/{self.project}/databases/(default)"

    def metadata_for(self, parameter: str, value: str) -> Metadata:
        """The metadata of calls that Google routes by `parameter`, as its generated client sends it."""
        routing: tuple[str, str] = routing_header.to_grpc_metadata(((parameter, value),))  # type: ignore[no-untyped-call]
        return (("google-cloud-resource-prefix", self.database), routing, *self.metadata)

    def close(self) -> None:
        """Close the channel; calls under way end with an error."""
        self.channel.close()


def make_client(project: str, emulator_host: str | None) -> FirestoreClient:
    """A client of the emulator at `emulator_host` (`127.0.0.1:port`), or of Google with the default credentials.

    Nothing is sent to Firestore before the first call.
    """
    if emulator_host:
        channel = grpc.insecure_channel(emulator_host, options=_OPTIONS)
        return FirestoreClient(project, channel, (("authorization", "Bearer owner"),))  # past the security rules
    host = FirestoreGrpcTransport.DEFAULT_HOST
    return FirestoreClient(project, FirestoreGrpcTransport.create_channel(host, options=_CLOUD_OPTIONS))
