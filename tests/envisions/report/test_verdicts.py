"""The verdict and what decides it, in runs that differ in little from the one made by hand (by_hand.py)."""

from __future__ import annotations

from dataclasses import replace

from envisions.report.figures import figures
from envisions.report.inputs import RoundRecords
from envisions.report.outcomes import outcomes
from envisions.report.words import best_round, primary_test
from tests.envisions.report.by_hand import BASE, FIRST, RUN, SECOND, TESTS, answers, baseline, made


def test_the_better_base_counts() -> None:
    zero = replace(BASE, evaluated=[*answers({1}, "few-shot"), *answers({5, 6})])
    base = figures(replace(RUN, rounds=[zero]))["rounds"][0]
    assert (base["prompt"], base["pass_at_1"], base["few_shot"], base["zero_shot"]) == (
        "zero-shot",
        0.25,
        0.125,
        0.25,
    )


def test_without_trivial_answers_nothing_is_said_of_them() -> None:
    assert figures(replace(RUN, baselines=[]))["verdict"] == (
        "no evidence of change: 25.0% before, 87.5% after round 2; p = 0.19 (8 tasks of 6 templates)"
    )


def test_before_any_round() -> None:
    report = figures(replace(RUN, rounds=[BASE], baselines=[]))
    assert report["verdict"] == "so far, no evidence of change: no round is finished yet"
    assert (report["baselines"], report["best_baseline"]) == ({}, None)
    assert not report["primary_test"]["final"]


def test_nothing_was_learned() -> None:
    said = figures(replace(RUN, rounds=[BASE], learned_nothing=True))["verdict"]
    assert said == (
        "no evidence of change: the base model solved no training task, so there was nothing to learn from;"
        " take easier tasks (env.levels, env.data), more samples, or a stronger model"
    )


def test_only_luck_was_found() -> None:
    said = figures(replace(RUN, rounds=[BASE], learned_nothing=True, only_luck=True))["verdict"]
    assert said.startswith("no evidence of change: the base model solved no training task but by luck, so")
    assert said.endswith("or a stronger model, or keep luck (method.keep_luck=true)")


def test_a_trained_run_that_ends_early_is_not_final() -> None:
    report = figures(replace(RUN, plans=(2,), rounds=[BASE, FIRST], learned_nothing=True, only_luck=True))
    assert not report["primary_test"]["final"]
    said = report["verdict"]
    assert said.startswith("so far, no evidence of change: 25.0% before, 50.0% after round 1; ")
    assert "the round after solved no training task but by luck, so there was nothing to learn from" in said
    assert said.endswith("round 1 of 2, not the final test")


def test_nothing_is_left_to_learn() -> None:
    explored = RoundRecords(1, explored=[made("x"), made("y"), made("z"), made("z", "wrong")])
    said = figures(replace(RUN, rounds=[BASE], mastered=explored))["verdict"]
    assert said == (
        "no evidence of change: nothing to learn here: the base model was right in 75.0% of its attempts at"
        " training tasks and solves 25.0% of the test tasks; take harder ones (env.levels, env.data)"
    )


FEW = {"sft": {"rows": 3, "tasks": 1, "floor": 4}}


def test_a_round_that_was_not_trained_has_the_figures_of_the_one_before() -> None:
    last = RoundRecords(3, explored=SECOND.explored, skipped=FEW)
    report = figures(replace(RUN, plans=(3,), rounds=[BASE, FIRST, SECOND, last]))
    second, third = report["rounds"][2:]
    assert (third["pass_at_1"], third["pass_at_k"]) == (second["pass_at_1"], second["pass_at_k"])
    assert (third["p_vs_base"], third["p_vs_previous"]) == (second["p_vs_base"], 1)
    assert third["skipped"] == FEW
    assert "round 2 evaluate" in dict(outcomes(report["rounds"]))
    assert "round 3 evaluate" not in dict(outcomes(report["rounds"])), "its answers are those of round 2"
    assert third["tokens"] == {"explore": 8}, "nothing was generated for its evaluation"
    assert report["verdict"] == (
        "no evidence of change: 25.0% before, 87.5% after round 3; p = 0.19 (8 tasks of 6 templates); round 3"
        " is not clearly above the best trivial answer (neighbour 62.5%, p = 1); round 3 left the weights as"
        " they were, having 3 rows of 1 solved task where 4 tasks are needed (floor)"
    )


def test_a_run_that_trained_nothing_says_why() -> None:
    rounds = [BASE, *(RoundRecords(number, skipped=FEW) for number in (1, 2))]
    over, halfway = (figures(replace(RUN, rounds=rounds[:n])) for n in (3, 2))
    assert over["verdict"] == (
        "no evidence of change: round 2 left the weights as they were, having 3 rows of 1 solved task where 4"
        " tasks are needed (floor); take more training tasks (env.n_train), more samples, easier tasks"
        " (env.levels, env.data), a stronger model or a lower floor"
    )
    assert halfway["verdict"].startswith("so far, no evidence of change: round 1 left the weights")
    assert [entry["pass_at_1"] for entry in over["rounds"]] == [0.25, 0.25, 0.25]


def test_the_best_round_is_named_where_it_is_not_the_last() -> None:
    report = figures(replace(RUN, plans=(3,), rounds=[BASE, FIRST, SECOND, replace(FIRST, number=3)]))
    assert report["best_round"] == {"round": 2, "pass_at_1": 0.875, "checkpoint": "round_2/checkpoint"}
    assert "round 2 (round_2/checkpoint) solved most, 87.5%" in best_round(report)
    assert "selection" in best_round(report)
    worse = figures(replace(RUN, rounds=[BASE, RoundRecords(1, answers({1}))]))
    assert worse["best_round"] == {"round": 0, "pass_at_1": 0.25, "checkpoint": None}
    assert "the base model solved most" in best_round(worse)
    level = figures(replace(RUN, rounds=[BASE, SECOND, replace(SECOND, number=3)]))
    assert "best_round" not in level


def test_the_probe_is_reported() -> None:
    """Seven zero-shot and one few-shot of eight, one by both: 6 changes of one kind, p = 2 / 2^6."""
    probed = [
        made(f"x{n}", "right" if n in solved else "wrong", prompt=prompt)
        for prompt, solved in (("few-shot", {1}), ("zero-shot", range(1, 8)))
        for n in range(8)
    ]
    base = replace(BASE, probed=probed, prompt="zero-shot")
    report = figures(replace(RUN, rounds=[base]))
    found = {"prompt": "zero-shot", "attempts": 8, "few_shot": 1, "zero_shot": 7, "p": 2 / 2**6}
    assert report["exploration"] == found
    assert report["rounds"][0]["probe"]["attempts"] == 16
    assert report["rounds"][0]["tokens"] == {"probe": 32, "evaluate": 32}
    fewer = [t for t in probed if t.task != "x7"]
    less = figures(replace(RUN, rounds=[replace(base, probed=fewer)]))["exploration"]
    assert (less["zero_shot"], less["p"], less["prompt"]) == (6, 2 / 2**5, "few-shot")


ALL = range(1, 9)


def test_improved_and_regressed() -> None:
    """Seven of seven changed groups: none, and all, of eight tasks."""
    tests = [replace(task, group=task.id) for task in TESTS]
    nothing, everything = (
        replace(BASE, evaluated=[*answers(solved, "few-shot"), *answers(solved)]) for solved in ((), ALL)
    )
    run = replace(RUN, tests=tests, plans=(1,), baselines=[*baseline("echo", {1})])
    up = figures(replace(run, rounds=[nothing, RoundRecords(1, answers(ALL))]))
    down = figures(replace(run, rounds=[everything, RoundRecords(1, answers(()))]))
    assert up["verdict"] == (
        "improved: 0.0% before, 100.0% after round 1; p = 0.0078 (8 tasks of 8 templates);"
        " round 1 passes the best trivial answer (echo 12.5%, p = 0.016)"
    )  # 2 / 2^8; 2 / 2^7
    assert down["verdict"] == (
        "regressed: 100.0% before, 0.0% after round 1; p = 0.0078 (8 tasks of 8 templates);"
        " round 1 does not pass the best trivial answer (echo 12.5%, p = 1)"
    )
    assert up["primary_test"]["p"] == 2 / 2**8
    assert up["rounds"][1]["ci95"] == [0.6756, 1.0]  # all solved: Wilson's for 8 of 8 groups
    assert down["rounds"][1]["ci95"] == [0.0, 0.3244]


def test_as_good_as_a_trivial_answer_does_not_pass_it() -> None:
    report = figures(replace(RUN, baselines=baseline("even", {1, 2, 3, 4, 5, 6, 7})))
    assert report["verdict"].endswith("; round 2 does not pass the best trivial answer (even 87.5%, p = 1)")
    best = report["best_baseline"]
    assert (best["difference"], best["gained"], best["lost"]) == (0.0, 1, 1)


def test_an_interim_verdict_says_so() -> None:
    report = figures(replace(RUN, plans=(3,)))
    assert report["verdict"].startswith("so far, no evidence of change: 25.0% before, 87.5% after round 2;")
    assert report["verdict"].endswith("; round 2 of 3, not the final test")
    assert report["planned_rounds"] == 3
    last = report["rounds"][2]
    assert (last["p_vs_base_holm"], last["mcnemar_vs_base_holm"]) == (3 * 0.1875, 3 * 0.125)


def test_a_raised_plan_is_a_further_look() -> None:
    report = figures(replace(RUN, plans=(1, 2)))
    primary = report["primary_test"]
    assert (primary["p"], primary["look"], primary["p_corrected"]) == (0.1875, 2, 0.75)  # · 2²
    assert "p = 0.75 (8 tasks of 6 templates; corrected for look 2)" in report["verdict"]
    assert primary["smallest_difference"] is None  # 8 groups would do: 4 · 2 / 2^8 < 0.05
    assert primary["detectable_difference"] is None
    assert figures(replace(RUN, plans=(1, 2, 4)))["primary_test"]["p_corrected"] == 1.0


def test_the_correction_can_turn_the_verdict() -> None:
    tests = [replace(task, group=task.id) for task in TESTS]
    nothing = replace(BASE, evaluated=[*answers((), "few-shot"), *answers(())])
    rounds = [nothing, RoundRecords(1, answers(())), RoundRecords(2, answers(range(1, 8)))]  # p = 2 / 2^7
    once, twice = (figures(replace(RUN, tests=tests, rounds=rounds, plans=p)) for p in ((2,), (1, 2)))
    assert once["verdict"].startswith("improved")
    assert twice["verdict"].startswith("no evidence of change")
    assert twice["primary_test"]["p_corrected"] == 4 * 2 / 2**7


def test_under_six_groups_no_test_is_possible() -> None:
    tests = [replace(task, group="a" if task.group == "b" else task.group) for task in TESTS]
    report = figures(replace(RUN, tests=tests))
    assert report["verdict"] == (
        "no evidence of change: 25.0% before, 87.5% after round 2; no test is possible with 8 tasks"
        " of 5 templates: it takes at least 6 templates; raise env.n_test or take more varied tasks; round 2"
        " is not clearly above the best trivial answer (neighbour 62.5%)"
    )
    assert report["best_baseline"]["p"] is None
    last = report["rounds"][2]
    assert (last["p_vs_base"], last["p_vs_base_holm"], last["p_vs_previous"]) == (None, None, None)
    assert last["mcnemar_vs_base"] == 0.125
    assert last["ci95"] == [0.0, 1.0]
    assert (report["smallest_difference"], report["primary_test"]["p_corrected"]) == (None, None)
    assert report["tests"] == {"tasks": 8, "groups": 5, "largest_group": 4, "near_duplicates": 1}


def test_tasks_without_samples_leave_no_pass_at_k() -> None:
    some = [t for t in SECOND.evaluated if t.temperature == 0 or t.task != "t8"]
    last = figures(replace(RUN, rounds=[BASE, FIRST, replace(SECOND, evaluated=some)]))["rounds"][2]
    assert last["pass_at_k"] == {}


def test_the_report_says_how_many_tests_are_like_training() -> None:
    said = "1 of the tests is like a training task"
    assert said in primary_test({"tests": {"tasks": 8, "groups": 6, "near_duplicates": 1}})
    assert "like a training" not in primary_test({"tests": {"tasks": 8, "groups": 6}})


def test_the_report_says_where_one_template_has_more_than_a_tenth_of_the_tests() -> None:
    said = "The largest template has 3 of them."
    assert said in primary_test({"tests": {"tasks": 29, "groups": 6, "largest_group": 3}})
    assert said not in primary_test({"tests": {"tasks": 30, "groups": 6, "largest_group": 3}})


def test_a_further_look_is_one_at_the_best_trivial_answer_too() -> None:
    tests = [replace(task, group=task.id) for task in TESTS]
    rounds = [BASE, RoundRecords(1, answers(range(1, 8)))]
    seven = replace(RUN, tests=tests, baselines=baseline("weak", ()), rounds=rounds)
    once, twice = (figures(replace(seven, plans=plans)) for plans in ((1,), (1, 2)))
    assert "passes the best trivial answer (weak 0.0%, p = 0.016)" in once["verdict"]  # 2 / 2^7
    assert "is not clearly above the best trivial answer (weak 0.0%, p = 0.062)" in twice["verdict"]
