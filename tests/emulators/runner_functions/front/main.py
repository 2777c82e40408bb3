"""Publishes a note, or shows which variables it was given."""

from __future__ import annotations

import os

import functions_framework
import grpc
from flask import Request
from google.pubsub_v1 import PublisherClient, PubsubMessage
from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport

channel = grpc.insecure_channel(os.environ["PUBSUB_EMULATOR_HOST"])
publisher = PublisherClient(transport=PublisherGrpcTransport(channel=channel))
TOPIC = f"projects/{os.environ['GOOGLE_CLOUD_PROJECT']}/topics/notes"


@functions_framework.http
def handle(request: Request) -> dict[str, list[str]]:
    """`POST /?id=x&kind=y` publishes; `GET` answers with the names of the variables."""
    if request.method == "GET":
        return {"variables": sorted(os.environ)}
    attributes = {"id": request.args["id"], "kind": request.args["kind"]}
    sent = publisher.publish(topic=TOPIC, messages=[PubsubMessage(data=b"note", attributes=attributes)])
    return {"message_ids": list(sent.message_ids)}
