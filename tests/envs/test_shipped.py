"""Every shipped environment passes the conformance checks, on every level that it has."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

import conf
from envisions.conformance import Subject
from envisions.records import Message
from envisions.settings.compose import load
from envisions.testing import EnvironmentContract
from symbolic import Executor

FOLDER = Path(conf.__file__).parent / "env"
ALL_LEVELS = {
    "math": {1: 1, 2: 1, 3: 1, 4: 1},
    "logic": {0: 1, 1: 1, 2: 1, 3: 1, 4: 1},
    "graph": {1: 1, 2: 1, 3: 1},
    "blackbox": {1: 1, 2: 1, 3: 1},
}
SHIPPED = sorted(path.stem for path in FOLDER.glob("*.yaml") if path.stem != "custom")


def encode(messages: Sequence[Message]) -> list[str]:
    """As many as tokens at worst: a third of the characters."""
    return ["x"] * (sum(len(message["content"]) for message in messages) // 3)


class TestShipped(EnvironmentContract):
    @pytest.fixture(scope="class", params=SHIPPED)
    @classmethod
    def subject(
        cls, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
    ) -> Iterator[Subject]:
        config: dict[str, Any] = dict(load(f"env={request.param}", "env.n_train=40", "env.n_test=40").env)
        if request.param in ALL_LEVELS:
            config["levels"] = ALL_LEVELS[request.param]
        else:
            data = tmp_path_factory.mktemp("data") / "my.jsonl"
            rows = [
                {"question": f"How much is {'really ' * n}{n} and 1?", "answer": n + 1} for n in range(160)
            ]
            data.write_text("\n".join(map(json.dumps, rows)))
            config["data"] = str(data)
        with Executor() as executor:
            yield Subject(config, executor, encode, context=2048, room=128)
