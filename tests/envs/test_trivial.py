"""The environments' own trivial answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from envisions import Task
from envisions.runs.evaluation import play_programs
from envs.graph import GraphEnvironment
from envs.graph.problems import make
from envs.graph.trivial import named, on_another_graph
from envs.logic import LogicEnvironment
from envs.logic.trivial import SAYING, baselines
from symbolic import Executor, Program


@pytest.fixture(scope="module")
def executor() -> Iterator[Executor]:
    with Executor() as running:
        yield running


def solved(environment: Any, name: str, executor: Executor) -> dict[str, float]:
    """The share that a baseline solves, by target."""
    tests, programs = environment.tasks("test"), environment.baselines()[name]
    played = play_programs(environment, tests, [programs[task.id] for task in tests], executor)
    right: dict[str, list[bool]] = {}
    for task, last in zip(tests, played, strict=True):
        right.setdefault(task.target, []).append(bool(last and last.verdict and last.verdict.right))
    return {target: sum(flags) / len(flags) for target, flags in right.items()}


def test_a_text_says_each_label(executor: Executor) -> None:
    logic = LogicEnvironment(n_train=6, n_test=30, semantics="open")
    for label, text in SAYING.items():
        programs = [[logic.format.program(text)]] * 30
        for task, last in zip(
            logic.tasks("test"), play_programs(logic, logic.tasks("test"), programs, executor), strict=True
        ):
            assert last is not None
            assert last.verdict is not None
            assert last.verdict.right == (task.target == label)


def test_a_statement_is_looked_up_in_its_theory() -> None:
    def found(question: str, trained: str = "Unknown") -> str:
        train, task = [Task("Bob is shy.\nTrue, false or unknown: Bob is calm.", trained)], Task(question, "")
        code = baselines(train, [task], Program)["look-up"][task.id][0].code
        return next(label for label, text in SAYING.items() if text == code)

    story = "Max is sour. Rex is not big. All shy people are calm."
    assert found(f"{story}\nTrue, false or unknown: Max is sour.") == "True"
    assert found(f"{story}\nTrue, false or unknown: Rex is big.") == "False"
    assert found(f"{story}\nTrue or false? Rex is not big.") == "True"
    assert found(f"{story}\nTrue or false? Max is not sour.") == "False"
    assert found(f"{story}\nTrue, false or unknown: Rex is calm.") == "Unknown"
    assert found(f"{story}\nTrue or false? Rex is calm.", trained="False") == "False"


def test_looking_up_solves_what_takes_no_proof(executor: Executor) -> None:
    logic = LogicEnvironment(n_train=30, n_test=30, levels={0: 1.0}, semantics="open")
    assert solved(logic, "look-up", executor) == {"True": 1.0, "False": 1.0, "Unknown": 1.0}


def test_a_graph_problems_program_goes_over_to_another_graph_of_its_kind(executor: Executor) -> None:
    graph = GraphEnvironment(n_train=60, n_test=60)
    shares = solved(graph, "neighbour", executor)
    assert shares.keys() == {"path", "order", "tree", "matching", "colouring"}
    assert min(shares.values()) > 0.9


def test_the_other_graphs_program_has_nothing_of_its_own() -> None:
    from random import Random

    ways = [task for n in range(40) if (task := make(Random(n), 1)).target == "path"]
    assert on_another_graph(ways[0], ways[1]) == ways[1].gold
    assert set(named(ways[0])) == set(ways[0].data["problem"]["nodes"])
