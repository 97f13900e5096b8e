"""Every recipe of docs/how-to/recipes.md is short, passes all checks, and withstands its cheats."""

from __future__ import annotations

import importlib
import importlib.util
import json
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from envisions import Execution, Executor, Program, ProgramEnvironment, Task
from envisions.environments.equipment import equip
from envisions.environments.protocol import Transition, advance
from envisions.records import SPLITS
from envisions.runs.evaluation import play_programs
from envisions.testing import EnvironmentContract
from envs.program import DataEnvironment
from tests.docs.pages import ROOT, blocks

PAGE = ROOT / "docs/how-to/recipes.md"
FILES = {block.file: block.code for block in blocks(PAGE) if block.file.endswith(".py")}
SIZES = {"n_train": 12, "n_test": 12}
MOST_LINES = 39
Cheat = Callable[[Task], Sequence[Program]]


@pytest.fixture(scope="module", autouse=True)
def recipes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder that somebody has copied all recipes to, and works in."""
    folder = tmp_path_factory.mktemp("recipes")
    for name, code in FILES.items():
        (folder / name).write_text(code)
    (folder / "set").mkdir()
    words = [first + last for first in ("plum", "fig", "pear", "sloe") for last in ("leaf", "root", "seed")]
    for side in ("train", "test"):
        rows = [{"problem": f"What is the {side} {w} backwards?", "solution": w[::-1]} for w in words]
        (folder / "set" / f"{side}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        patch.setenv("PYTHONPATH", str(folder), prepend=":")  # of the process that checks determinism
        patch.setenv("HF_DATASETS_CACHE", str(folder / "cache"))
        yield folder
    for name in FILES:
        sys.modules.pop(name.removesuffix(".py"), None)


@pytest.fixture(scope="module")
def executor() -> Iterator[Executor]:
    with Executor() as running:
        yield running


def recipe(name: str) -> ModuleType:
    return importlib.import_module(name)


def played(environment: ProgramEnvironment, cheat: Cheat, executor: Executor) -> list[Transition]:
    """What the test tasks' episodes last answer to these programs."""
    tasks = environment.tasks("test")
    last = play_programs(environment, tasks, [list(cheat(task)) for task in tasks], executor)
    return [answer for answer in last if answer is not None]


def solved(environment: ProgramEnvironment, cheat: Cheat, executor: Executor) -> float:
    """The share of the test tasks."""
    answers = played(environment, cheat, executor)
    return sum(bool(answer.found and answer.found.right) for answer in answers) / len(answers)


def test_there_are_seven_of_less_than_forty_lines() -> None:
    lines = {name: code.count("\n") for name, code in FILES.items()}
    assert len(lines) == 7
    assert {name: count for name, count in lines.items() if count > MOST_LINES} == {}


@pytest.mark.parametrize("name", FILES)
def test_a_recipe_gives_tasks_and_examples_and_at_most_wraps_and_judges(name: str) -> None:
    methods = set(re.findall(r"^    def (\w+)", FILES[name], re.MULTILINE))
    assert methods <= {"__init__", "make", "generate", "wrap", "judge"}


@pytest.mark.slow
class TestPeople(EnvironmentContract):
    config = {"_target_": "people.People", **SIZES}


@pytest.mark.slow
class TestPatterns(EnvironmentContract):
    config = {"_target_": "patterns.Patterns", **SIZES}


@pytest.mark.slow
class TestFunctions(EnvironmentContract):
    config = {"_target_": "functions.Functions", **SIZES}


@pytest.mark.slow
class TestGrid(EnvironmentContract):
    config = {"_target_": "grid.Grid", **SIZES}


@pytest.mark.slow
class TestCoins(EnvironmentContract):
    config = {"_target_": "coins.Coins", **SIZES}


@pytest.mark.slow
@pytest.mark.skipif(not importlib.util.find_spec("reasoning_gym"), reason="pip install reasoning-gym")
class TestReasoningGym(EnvironmentContract):
    config = {"_target_": "reasoning.ReasoningGym", "task": "chain_sum", **SIZES}


@pytest.mark.slow
class TestFolder(EnvironmentContract):
    config: dict[str, object] = {"_target_": "folder.Folder", **SIZES, "n_train": 8, "n_test": 8}

    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def there(cls, recipes: Path) -> None:
        columns = {"question": "problem", "answer": "solution"}
        cls.config = {**cls.config, "folder": str(recipes / "set"), "columns": columns}


def test_a_number_is_no_query(executor: Executor) -> None:
    people = recipe("people").People(**SIZES)
    assert solved(people, people.gold, executor) == 1
    known = solved(people, lambda task: [people.parse(f" {task.target[0][0][0]}")], executor)
    assert known < 0.2  # unless both databases have it


def test_a_query_that_asks_for_something_else_is_wrong(executor: Executor) -> None:
    people = recipe("people").People(n_train=32, n_test=32)

    def not_distinct(task: Task) -> list[Program]:
        return [replace(program, code=program.code.replace("DISTINCT ", "")) for program in people.gold(task)]

    distinct = [task for task in people.tasks("test") if "DISTINCT" in str(task.gold)]
    answers = play_programs(people, distinct, [not_distinct(task) for task in distinct], executor)
    assert len(distinct) > 5
    assert {answer.found.verdict for answer in answers if answer and answer.found} == {"wrong"}


@pytest.mark.parametrize("query", ["1; DROP TABLE people", "load_extension('x')", "writefile('x', 'y')"])
def test_a_query_does_nothing_else(query: str, executor: Executor) -> None:
    people = recipe("people").People(n_train=1, n_test=1)
    [answer] = played(people, lambda task: [people.parse(f" {query}")], executor)
    assert answer.execution.status == "error"


def test_an_endless_query_is_cut(executor: Executor) -> None:
    people = recipe("people").People(n_train=1, n_test=1)
    endless = (
        " count(*) FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n)"
    )
    [answer] = played(people, lambda task: [people.parse(endless)], executor)
    assert answer.execution.status == "timeout"


def test_a_list_of_what_was_shown_is_no_pattern(executor: Executor) -> None:
    patterns = recipe("patterns").Patterns(**SIZES)
    assert solved(patterns, patterns.gold, executor) == 1

    def listed(task: Task) -> list[Program]:
        yes = task.question.removeprefix("Match ").partition(". Do not")[0]
        return [patterns.parse("\n" + "|".join(map(re.escape, yes.split(", "))))]

    assert solved(patterns, listed, executor) == 0
    neighbours = patterns.baselines()["neighbour"]
    assert solved(patterns, lambda task: neighbours[task.id], executor) == 0


def test_a_pattern_that_backtracks_for_ever_is_cut_and_wrong(executor: Executor) -> None:
    patterns = recipe("patterns").Patterns(**SIZES)
    task = replace(patterns.tasks("test")[0], data={"texts": ["a" * 64]})
    [answer] = advance(patterns, [task], [patterns.open(task, 0)], [patterns.parse("\n(a+)+b")], executor)
    assert answer.execution.status == "timeout"
    assert "0.5 seconds" in answer.observation
    assert answer.found is not None
    assert answer.found.verdict == "wrong"


def test_what_is_expected_of_a_function_stays_outside(executor: Executor) -> None:
    functions = recipe("functions").Functions(**SIZES)
    assert solved(functions, functions.gold, executor) == 1
    forge = """
    import os
    os.write(3, b'{"status": "ok", "value": [true, true, true, true, true, true, true, true]}')
    os._exit(0)"""
    equal = """
    class Equal:
        def __eq__(self, other):
            return True
    return Equal()"""
    for cheat in (forge, equal):
        assert solved(functions, lambda task, cheat=cheat: [functions.parse(cheat)], executor) == 0
    for task in functions.tasks("test"):
        assert str(task.target) not in str(functions.wrap(task, functions.parse("")))


def test_straight_to_the_flag_meets_walls(executor: Executor) -> None:
    grid = recipe("grid").Grid(n_train=12, n_test=32)
    assert solved(grid, grid.gold, executor) == 1

    def straight(task: Task) -> list[Program]:
        (x, y), (to_x, to_y) = task.data["start"], task.target
        moves = ["right"] * (to_x - x) + ["left"] * (x - to_x) + ["up"] * (to_y - y) + ["down"] * (y - to_y)
        return [grid.parse("\n" + " ".join(moves))]

    assert 0.1 < solved(grid, straight, executor) < 0.7
    answers = played(
        grid, lambda task: [grid.parse("\nup"), grid.parse("\njump"), *grid.gold(task)], executor
    )
    assert all(answer.found and answer.found.right for answer in answers), "later turns begin at the start"


def test_any_answer_that_fits_is_right_and_no_other(executor: Executor) -> None:
    coins = recipe("coins").Coins(**SIZES)

    def fits(value: list[int], task: Task) -> bool:
        return all(eval(claim, dict(zip("abc", value, strict=True))) for claim in task.data["claims"])  # noqa: S307

    def other(task: Task) -> list[int]:
        """The last of all that fit, where the target is any."""
        triples = ([a, b, c] for a in range(9, -1, -1) for b in range(9, -1, -1) for c in range(9, -1, -1))
        return next(triple for triple in triples if fits(triple, task))

    assert any(other(task) != task.target for task in coins.tasks("test"))
    assert solved(coins, lambda task: [coins.answer(repr(other(task)))], executor) == 1


@pytest.mark.parametrize(
    "lie", ["[True, True, True]", "[0, 0]", '["a", "b", "c"]', "[99, 0, -9]", '{"a": 1}', "None"]
)
def test_what_is_no_answer_is_wrong(lie: str, executor: Executor) -> None:
    coins = recipe("coins").Coins(**SIZES)
    assert solved(coins, lambda task: [coins.answer(lie)], executor) == 0


def test_the_library_that_knows_the_answers_is_the_scorer_s_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in = ModuleType("reasoning_gym")
    entry = {"question": "How many?", "answer": "3", "metadata": {}}
    stand_in.create_dataset = lambda *args, seed, **keys: [{**entry, "question": f"{seed}?"}]  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "reasoning_gym", stand_in)
    monkeypatch.delitem(sys.modules, "reasoning", raising=False)
    gym = recipe("reasoning").ReasoningGym(task="chain_sum", n_train=2, n_test=2)
    monkeypatch.delitem(sys.modules, "reasoning")
    task = gym.tasks("test")[0]
    model = equip(gym, gym.wrap(task, gym.answer("3")))
    scorer = equip(gym, gym.judge(task, Execution("ok", "3")))
    assert (model.libraries, scorer.libraries) == ((), ("reasoning_gym",))


@pytest.mark.skipif(not importlib.util.find_spec("reasoning_gym"), reason="pip install reasoning-gym")
def test_a_scorer_runs_where_programs_run(executor: Executor) -> None:
    gym = recipe("reasoning").ReasoningGym(task="countdown", **SIZES)
    assert solved(gym, gym.gold, executor) == 1
    assert solved(gym, lambda task: [gym.answer("\"__import__('os').getpid()\"")], executor) == 0


def test_a_folder_s_own_split_is_kept(recipes: Path) -> None:
    columns = {"question": "problem", "answer": "solution"}
    folder = recipe("folder").Folder(folder=str(recipes / "set"), columns=columns, n_train=8, n_test=8)
    assert all("the test " in task.question for task in folder.tasks("test"))
    assert all("the train " in task.question for task in folder.tasks("train"))


def test_a_folder_needs_no_class(recipes: Path) -> None:
    keys = {"question": "problem", "answer": "solution"}
    same = DataEnvironment(data=str(recipes / "set"), n_train=8, n_test=8, **keys)
    folder = recipe("folder").Folder(folder=str(recipes / "set"), columns=keys, n_train=8, n_test=8)
    for split in SPLITS:
        asked = [{task.question: task.target for task in env.tasks(split)} for env in (same, folder)]
        assert asked[0] == asked[1]
