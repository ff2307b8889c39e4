"""The way out of a workspace: its database, its send gate and its channel."""

from __future__ import annotations

from app.workspace import Workspace
from guardrails.gate import SendGate
from journeyman.clock import Clock
from journeyman.delivery.channels import Channel
from journeyman.delivery.dispatch import ChannelFor
from journeyman.delivery.file import FileChannel
from journeyman.store import Store


def way_out(space: Workspace, store: Store, clock: Clock) -> tuple[SendGate, ChannelFor]:
    """The gate over the workspace's store, and the channel each kind of message takes."""
    brand = space.settings.brand
    channel: Channel = FileChannel(space.outbox, brand)
    return SendGate(store, clock, brand), lambda _name: channel
