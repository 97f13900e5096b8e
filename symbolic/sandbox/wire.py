"""Messages between the supervisor and a zygote: a four-byte length, then JSON.

Both ends are ours; what a program wrote travels inside as text and is decoded elsewhere. Does not cover
flow control: the supervisor never blocks, the zygote may.
"""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Iterator
from typing import Any

_HEAD = struct.Struct("!I")


def pack(message: dict[str, Any]) -> bytes:
    body = json.dumps(message).encode()
    return _HEAD.pack(len(body)) + body


def receive_one(connection: socket.socket) -> dict[str, Any]:
    """The next message, and not a byte of what follows it; waits for it. EOFError where the other end is
    gone."""
    (length,) = _HEAD.unpack(_receive(connection, _HEAD.size))
    message: dict[str, Any] = json.loads(_receive(connection, length))
    return message


def _receive(connection: socket.socket, length: int) -> bytes:
    data = connection.recv(length, socket.MSG_WAITALL)
    if len(data) < length:
        raise EOFError
    return data


class Unpacker:
    """Collects bytes as they come and gives whole messages."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def feed(self, data: bytes) -> Iterator[dict[str, Any]]:
        self._bytes += data
        while len(self._bytes) >= _HEAD.size:
            (length,) = _HEAD.unpack_from(self._bytes)
            end = _HEAD.size + length
            if len(self._bytes) < end:
                return
            message = json.loads(self._bytes[_HEAD.size : end])
            del self._bytes[:end]
            yield message
