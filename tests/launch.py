"""Real processes that run the main command, forked from a server that has the heavy imports done."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Sequence
from multiprocessing.context import ForkServerProcess
from pathlib import Path

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.preload"])


def start(arguments: Sequence[str], log: Path) -> ForkServerProcess:
    """`python -m envisions.iterate` with these arguments, as a process of its own."""
    process = _CONTEXT.Process(target=_main, args=(list(arguments), log))
    process.start()
    return process


def _main(arguments: list[str], log: Path) -> None:
    with open(log, "a") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where the tests run in the background
    sys.argv = ["iterate", *arguments]
    from envisions.iterate import main
    from envisions.settings.cli import command

    command(main)
