"""Pools hold one attempt for each distinct program; rows and pairs follow the method's rules."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from envisions.methods.pool import build_pools, replaced
from envisions.methods.rows import curate_rows, to_score
from envisions.records import Finish, PreferencePair, SFTRow, Step, Task, Trajectory
from envisions.settings.compose import load
from envisions.settings.schema import Distinct, MethodSettings, Positives, Ranking
from symbolic import Execution, Program, Verdict
from symbolic.verdict import VerdictName

TASK = Task("How many?", 3)
ENVISIONS = load("method=envisions").method
PAPER = replace(ENVISIONS, rescore=False, l1_per_task=10, l1_keeps_one=True, l2_per_task=2, pairs_per_task=0)


def attempt(
    code: str, verdict: VerdictName, score: float = -1.0, *, finish: Finish = "stop", status: str = "ok"
) -> Trajectory:
    execution = Execution(status, value=3)  # type: ignore[arg-type]
    ids = tuple(code.encode())
    step = Step((1, 2), ids, (score,) * len(ids), code, finish, Program(code), execution, "It returned 3.")
    return Trajectory(
        id=f"{code}/{score}",
        task=TASK.id,
        kind="explore",
        prompt="few-shot",
        policy="base",
        temperature=1.0,
        index=0,
        seed=0,
        steps=(step,),
        verdict=Verdict(verdict),
        terminated=True,
        truncated=finish == "length",
    )


def curated(attempts: list[Trajectory], method: MethodSettings = ENVISIONS) -> tuple[list[str], list[str]]:
    """Rows and pairs, spelled out."""
    scores = {t.id: t.self_reward for t in attempts}
    rows, pairs = curate_rows(
        [TASK],
        build_pools(attempts),
        scores,
        method,
        seed=0,
        plain=lambda task, candidate: [(7,)] * len(candidate.steps),
        repair=lambda task, failed: (8, *failed.steps[-1].completion_ids),
    )
    spelled = [
        f"{row.kind} {bytes(row.prompt[1:]).decode()}>{bytes(row.completion).decode()}" for row in rows
    ]
    return spelled, [f"{bytes(p.chosen).decode()}>{bytes(p.rejected).decode()}" for p in pairs]


def test_neither_unknown_nor_cut_off_nor_our_fault_is_an_example() -> None:
    attempts = [
        attempt("a", "unknown"),
        attempt("b", "right", finish="length"),
        attempt("c", "wrong", finish="length"),
        attempt("d", "unknown", status="infra"),
        attempt("e", "wrong", status="infra"),
    ]
    pool = build_pools(attempts)[TASK.id]
    assert pool.positives() == []
    assert pool.negatives() == []


def test_a_whole_completion_comes_before_a_cut_off_one_of_the_same_program() -> None:
    pool = build_pools([attempt("a", "right", finish="length"), attempt("a  # b", "right")])[TASK.id]
    assert [t.program.code for t in pool.positives()] == ["a  # b"]


def test_envisions_takes_the_best_two_repairs_one_and_contrasts_one() -> None:
    rows, pairs = curated(
        [
            attempt("p1", "right", -0.3),
            attempt("p2", "right", -0.1),
            attempt("p3", "right", -0.2),
            attempt("n1", "wrong", -0.5),
            attempt("n2", "wrong", -0.4),
        ]
    )
    assert rows == ["L1 >p2", "L1 >p3", "L2 n2>p2"]
    assert pairs == ["p2>n2"]


def test_the_published_recipe_keeps_the_last_positive_for_repair() -> None:
    rows, pairs = curated(
        [attempt("p1", "right", -0.3), attempt("p2", "right", -0.1), attempt("n1", "wrong", -0.5)], PAPER
    )
    assert rows == ["L1 >p2", "L2 n1>p1"]
    assert pairs == []


def test_the_published_recipe_has_no_repair_of_a_single_positive() -> None:
    rows, _ = curated([attempt("p1", "right"), attempt("n1", "wrong")], PAPER)
    assert rows == ["L1 >p1"]


def test_an_unsolved_task_gives_nothing() -> None:
    assert curated([attempt("n1", "wrong"), attempt("n2", "wrong")]) == ([], [])


def test_random_ranking_ignores_the_scores() -> None:
    method = replace(ENVISIONS, ranking=Ranking.random)
    attempts = [attempt(f"p{i}", "right", -i) for i in range(9)]
    better = [attempt(f"p{i}", "right", -i) for i in range(9)]
    assert curated(attempts, method) == curated(better, method)
    assert curated(attempts, method)[0] != curated(attempts)[0]
    assert to_score(build_pools(attempts)[TASK.id], method, seed=0) == []


def test_only_what_is_chosen_from_is_scored() -> None:
    single = build_pools([attempt("p1", "right"), attempt("n1", "wrong")])[TASK.id]
    assert to_score(single, ENVISIONS, seed=0) == []
    choice = build_pools([attempt("p1", "right"), attempt("n1", "wrong"), attempt("n2", "wrong")])[TASK.id]
    assert {t.program.code for t in to_score(choice, ENVISIONS, seed=0)} == {"n1", "n2"}


def rows_of(attempts: list[Trajectory], method: MethodSettings) -> tuple[list[SFTRow], list[PreferencePair]]:
    return curate_rows(
        TASKS,
        build_pools(attempts),
        {},
        method,
        seed=0,
        plain=lambda task, candidate: [(7,)] * len(candidate.steps),
        repair=lambda task, failed: (8,),
    )


def mixed(task: Task, right: int, ran: int, failed: int) -> list[Trajectory]:
    """A task's attempts: right ones, wrong ones that ran, and wrong ones that did not."""
    made = [
        *(attempt(f"p{i}", "right") for i in range(right)),
        *(attempt(f"r{i}", "wrong") for i in range(ran)),
        *(attempt(f"f{i}", "wrong", status="error") for i in range(failed)),
        attempt("u", "unknown"),
        attempt("cut", "right", finish="length"),
    ]
    return [replace(t, id=f"{task.id} {t.id}", task=task.id) for t in made]


TASKS = [Task(f"How many are {n}?", n) for n in range(12)]
ATTEMPTS = [t for n, task in enumerate(TASKS) for t in mixed(task, n % 4, 6, 6)]


@pytest.mark.parametrize("positives", [Positives.any, Positives.ran])
@pytest.mark.parametrize("base", [ENVISIONS, PAPER], ids=["envisions", "as published"])
def test_a_control_has_the_tasks_rows_and_pairs_of_its_method(
    base: MethodSettings, positives: Positives
) -> None:
    rows, pairs = rows_of(ATTEMPTS, base)
    control_rows, control_pairs = rows_of(ATTEMPTS, replace(base, positives=positives))
    assert [(row.task, row.kind) for row in control_rows] == [(row.task, row.kind) for row in rows]
    assert [pair.task for pair in control_pairs] == [pair.task for pair in pairs]
    assert control_rows != rows


def test_a_control_does_not_see_which_programs_are_right() -> None:
    """The same attempts with the verdicts handed round within each task give the same rows."""
    fates = {task.id: [t for t in ATTEMPTS if t.task == task.id and not t.truncated] for task in TASKS}
    handed_on = [
        replace(t, verdict=other.verdict)
        for attempts in fates.values()
        for t, other in zip(attempts, attempts[1:] + attempts[:1], strict=True)
    ]
    control = replace(ENVISIONS, positives=Positives.any)
    assert rows_of(handed_on, control) == rows_of([t for t in ATTEMPTS if not t.truncated], control)


def test_controls_draw_from_all_that_ended_or_from_all_that_ran() -> None:
    def learned(positives: Positives) -> set[str]:
        rows, _ = rows_of(ATTEMPTS, replace(ENVISIONS, positives=positives))
        return {chr(row.completion[0]) for row in rows}

    assert learned(Positives.any) == {"p", "r", "f", "u"}
    assert learned(Positives.ran) == {"p", "r", "u"}
    assert learned(Positives.right) == {"p"}


def refined(first: Trajectory, code: str, verdict: VerdictName, score: float, **how: Any) -> Trajectory:
    return replace(attempt(code, verdict, score, **how), kind="refine", parent=first.id)


@pytest.mark.parametrize(
    ("first", "again", "kept"),
    [
        ("wrong", "right", "again"),
        ("unknown", "right", "again"),
        ("right", "wrong", "first"),
        ("wrong", "wrong", "first"),
        ("wrong", "unknown", "first"),
    ],
)
def test_a_refinement_takes_the_place_of_what_it_mends(
    first: VerdictName, again: VerdictName, kept: str
) -> None:
    one = attempt("first", first, -2.0)
    assert [t.program.code for t in replaced([one, refined(one, "again", again, -1.0)])] == [kept]


@pytest.mark.parametrize(("score", "kept"), [(-0.5, "again"), (-1.5, "first"), (-1.0, "first")])
def test_of_two_that_are_right_the_likelier_stays(score: float, kept: str) -> None:
    one = attempt("first", "right", -1.0)
    assert [t.program.code for t in replaced([one, refined(one, "again", "right", score)])] == [kept]


def test_a_refinement_that_was_cut_off_replaces_nothing() -> None:
    one = attempt("first", "wrong")
    assert replaced([one, refined(one, "again", "right", -1.0, finish="length")]) == [one]


def test_as_published_candidates_are_told_apart_by_their_text() -> None:
    attempts = [attempt("x = 1", "right"), attempt("x = 1  # one", "right"), attempt("x = 1", "right")]
    assert len(build_pools(attempts)[TASK.id].candidates) == 1
    assert len(build_pools(attempts, Distinct.text)[TASK.id].candidates) == 2


def dialogue(name: str, verdict: VerdictName, *texts: str) -> Trajectory:
    """An attempt of several turns; what each observed is its text in capitals."""
    turns = [attempt(text, verdict).steps[0] for text in texts]
    steps = tuple(replace(turn, observation=turn.text.upper()) for turn in turns)
    return replace(attempt(name, verdict), steps=steps)


def test_a_dialogue_gives_a_row_a_turn_and_a_pair_where_two_part() -> None:
    good, bad = dialogue("good", "right", "ask 1", "ask 2", "7"), dialogue("bad", "wrong", "ask 1", "8")
    rows, pairs = curate_rows(
        [TASK],
        build_pools([good, bad]),
        {},
        replace(ENVISIONS, l2_per_task=0),
        seed=0,
        plain=lambda task, candidate: [(turn,) for turn in range(len(candidate.steps))],
        repair=lambda task, failed: (),
    )
    assert [(row.prompt, bytes(row.completion)) for row in rows] == [
        ((0,), b"ask 1"),
        ((1,), b"ask 2"),
        ((2,), b"7"),
    ]
    assert [(pair.prompt, bytes(pair.chosen), bytes(pair.rejected)) for pair in pairs] == [
        ((1,), b"ask 2", b"8")
    ]


def test_dialogues_that_saw_different_things_make_no_pair() -> None:
    good, bad = dialogue("good", "right", "ask 1", "7"), dialogue("bad", "wrong", "ask 1", "8")
    bad = replace(bad, steps=(replace(bad.steps[0], observation="another"), *bad.steps[1:]))
    _, pairs = curate_rows(
        [TASK],
        build_pools([good, bad]),
        {},
        replace(ENVISIONS, l2_per_task=0),
        seed=0,
        plain=lambda task, candidate: [(0,)] * len(candidate.steps),
        repair=lambda task, failed: (),
    )
    assert pairs == []


def test_dialogues_are_one_candidate_only_if_all_their_programs_are_equal() -> None:
    attempts = [
        dialogue("a", "right", "x", "y"),
        dialogue("b", "right", "x", "y  # z"),
        dialogue("c", "right", "w", "y"),
    ]
    assert len(build_pools(attempts)[TASK.id].candidates) == 2
