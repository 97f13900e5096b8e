"""A zygote as the supervisor holds it: its process, the connection, what is still to be sent.

Never blocks on the connection. Does not cover which program runs when.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from typing import Any

from symbolic.program import Limits, Program
from symbolic.sandbox.launch import Launched
from symbolic.sandbox.wire import Unpacker, pack

_END_S = 5.0


class Lost(Exception):  # noqa: N818 - not an error of anyone's code
    """The zygote is gone."""


class Handle:
    def __init__(self, launched: Launched, plan: dict[str, Any]) -> None:
        self.process, self.connection = launched.process, launched.connection
        self.connection.setblocking(False)
        self.ready: dict[str, Any] | None = None
        self._unpacker = Unpacker()
        self._unsent = bytearray(pack(plan))

    def put(self, number: int, program: Program, limits: Limits, folder: str, look: float) -> None:
        """`folder` holds its files, if any; `look`: after how many seconds to say that it still runs."""
        job = {
            "code": program.code, "entry": program.entry, "args": list(program.args),
            "folder": folder,
            "cpu": limits.cpu_s, "memory": int(limits.mem_mb * 2**20),
            "result": int(limits.result_kb * 2**10),
        }  # fmt: skip
        self._unsent += pack({
            "id": number, "job": json.dumps(job), "look": look, "threads": limits.threads,
            "output": int(limits.output_kb * 2**10), "result": int(limits.result_kb * 2**10),
        })  # fmt: skip

    def grant(self, number: int, seconds: float) -> None:
        """More time for a program that still runs; 0 is the end of it."""
        self._unsent += pack({"late": number, "grant": seconds})

    def send(self) -> bool:
        """Sends what the connection takes; true if something is left."""
        try:
            while self._unsent:
                sent = self.connection.send(self._unsent)
                del self._unsent[:sent]
        except BlockingIOError:
            return True
        except OSError:
            raise Lost(self._last_words()) from None
        return False

    def receive(self) -> Iterator[dict[str, Any]]:
        """The reports that have come."""
        try:
            data = self.connection.recv(1 << 20)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            raise Lost(self._last_words())
        for message in self._unpacker.feed(data):
            if "ready" in message:
                self.ready = message["ready"]
            else:
                yield message

    def close(self) -> None:
        """Closing the connection ends the zygote; one that does not end is killed."""
        self.connection.close()
        try:
            self.process.wait(_END_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stderr:
            self.process.stderr.close()

    def _last_words(self) -> str:
        """What it, or bubblewrap, said before it went."""
        assert self.process.stderr is not None
        os.set_blocking(self.process.stderr.fileno(), False)
        said = (self.process.stderr.read() or b"").decode("utf-8", "replace").strip()
        return f"the sandbox ended: {said[-500:]}" if said else "the sandbox ended"
