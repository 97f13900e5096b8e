"""Pools hold one attempt for each distinct program; rows and pairs follow the method's rules."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envisions.methods.pool import build_pools, canonical
from envisions.methods.rows import curate_rows, to_score
from envisions.records import Finish, Step, Task, Trajectory
from envisions.settings.compose import load
from envisions.settings.schema import MethodSettings, Ranking
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


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x = 1", "x=1  # one"),
        ("x = (1)", "x = 1\n\n"),
        ("def f():\n    return 1", "def f():\n  '''One.'''\n  return 1"),
        ('x = "a"', "x = 'a'"),
        ("x = (", "x = (  \n"),
    ],
    ids=["spacing and comments", "brackets", "docstrings", "quotes", "text that does not parse"],
)
def test_equal_programs_have_one_canonical_form(one: str, other: str) -> None:
    assert canonical(Program(one)) == canonical(Program(other))


@pytest.mark.parametrize(
    ("one", "other"), [("x = 1", "x = 2"), ("x = 1", "y = 1"), ("x = 'a'", "x = 'a '"), ("f(1)", "f(1.0)")]
)
def test_different_programs_have_different_forms(one: str, other: str) -> None:
    assert canonical(Program(one)) != canonical(Program(other))


@given(st.text(max_size=60))
def test_any_text_has_a_canonical_form(text: str) -> None:
    assert canonical(Program(text)) == canonical(Program(text))


@pytest.mark.parametrize("text", ["(" * 5000, "\x00", "-" * 20000 + "1", "x" + ".y" * 20000])
def test_hostile_text_has_a_canonical_form(text: str) -> None:
    assert canonical(Program(text))


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
    assert to_score(build_pools(attempts)[TASK.id], method) == []


def test_only_what_is_chosen_from_is_scored() -> None:
    single = build_pools([attempt("p1", "right"), attempt("n1", "wrong")])[TASK.id]
    assert to_score(single, ENVISIONS) == []
    choice = build_pools([attempt("p1", "right"), attempt("n1", "wrong"), attempt("n2", "wrong")])[TASK.id]
    assert {t.program.code for t in to_score(choice, ENVISIONS)} == {"n1", "n2"}


def test_the_control_draws_as_many_rows_from_everything() -> None:
    attempts = [attempt("p1", "right"), attempt("p2", "right")] + [
        attempt(f"n{i}", "wrong") for i in range(30)
    ]
    method = replace(ENVISIONS, verdicts=False, l2_per_task=0, pairs_per_task=0)
    rows, pairs = curated(attempts, method)
    assert len(rows) == 2
    assert pairs == []
    assert any("n" in row for row in rows)


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
