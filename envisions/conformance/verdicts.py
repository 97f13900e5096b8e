"""Checks of what is judged right, wrong and unknown."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from envisions.conformance.probes import MALFORMED
from envisions.conformance.subject import DefectError, NotApplicableError, Subject
from envisions.records import Task
from symbolic import Execution, Program
from symbolic.recheck import check

MOST_FOR_ONE_ANSWER = 0.5  # of the tasks that one constant may solve


def gold_is_right(subject: Subject) -> str:
    golden = subject.golden
    if not golden:
        raise NotApplicableError(f"none of {len(subject.tasks)} tasks has a gold program")
    disputed = set(getattr(subject.environment, "disputed", ()))
    answers = subject.play([task for task, _ in golden], [gold for _, gold in golden])
    wrong = []
    for attempt, answer in zip(golden, answers, strict=True):
        if answer.verdict is None or not answer.terminated:
            raise DefectError("an episode goes on after its gold programs", attempt[0].question)
        if not answer.verdict.right:
            wrong.append((attempt, answer, answer.verdict.verdict))
    for (task, gold), answer, verdict in wrong:
        if task.id not in disputed:
            remedy = _another_reading(subject, [attempt for attempt, *_ in wrong])
            raise DefectError(
                f"a gold program is {verdict}{remedy}",
                f"{task.question}\n{gold[-1].code}\n{answer.observation} Wanted: {task.target!r}",
            )
    said = f", {len(wrong)} of disputed labels" if wrong else ""
    return f"{len(golden)} of {len(subject.tasks)} tasks have gold, all right{said}"


def _another_reading(subject: Subject, wrong: Sequence[tuple[Task, list[Program]]]) -> str:
    """The key and value, of those that the environment names, under which most of the wrong gold programs are
    right, if any are."""
    right: Counter[str] = Counter()
    for key, values in getattr(subject.kind, "readings", {}).items():
        for value in values:
            other = replace(subject, config={**subject.config, key: value})
            answers = other.play([task for task, _ in wrong], [gold for _, gold in wrong])
            right[f"env.{key}={value}"] = sum(a.verdict is not None and a.verdict.right for a in answers)
            other.environment.close()
    reading, count = max(right.items(), key=lambda item: item[1], default=("", 0))
    return f"; with {reading} {count} of the {len(wrong)} wrong ones would be right" if count else ""


def nothing_comes_of_nothing(subject: Subject) -> str:
    """Doing nothing, echoing the question and ending early solve nothing; no one answer solves many."""
    best, best_name = 0.0, "-"
    for probe in subject.probes:
        answers = subject.probe(probe)
        solved = [
            task
            for task, answer in zip(subject.tasks, answers, strict=True)
            if answer.verdict is not None and answer.verdict.right
        ]
        if solved and not probe.constant:
            raise DefectError(f"{probe.name} solves {len(solved)} tasks", solved[0].question)
        share = len(solved) / len(subject.tasks)
        if share > MOST_FOR_ONE_ANSWER:
            raise DefectError(f"{probe.name} solves {share:.0%} of the tasks", solved[0].question)
        if share > best:
            best, best_name = share, probe.name
    return f"the best trivial answer solves {best:.0%} ({best_name})"


def malformed_text_gets_feedback(subject: Subject) -> str:
    task = subject.tasks[0]
    for text in MALFORMED:
        program = subject.environment.parse(text)
        [answer] = subject.play([task], [[program]])
        if answer.execution.status == "infra":
            raise DefectError("it is taken for a fault of the harness", ascii(text[:80]))
        if answer.verdict is not None and answer.verdict.right:
            raise DefectError("it is right", ascii(text[:80]))
        if not answer.observation.strip():
            raise DefectError("it is answered with nothing", ascii(text[:80]))
    return f"{len(MALFORMED)} kinds"


def our_faults_are_unknown(subject: Subject) -> str:
    """A program that the harness lost is neither right nor wrong."""
    task = subject.tasks[0]
    episode = subject.environment.open(task, 0)
    answer = episode.step(subject.program, Execution("infra", error="lost"))
    episode.close()
    if answer.verdict is not None and answer.verdict.verdict != "unknown":
        raise DefectError(f"an execution that was lost is judged {answer.verdict.verdict}", task.question)
    return "not judged"


def certificates_hold(subject: Subject) -> str:
    kinds: Counter[str] = Counter()
    answers = [answer for probe in subject.probes for answer in subject.probe(probe)]
    golden = subject.golden
    answers += subject.play([task for task, _ in golden], [gold for _, gold in golden])
    for verdict in (answer.verdict for answer in answers if answer.verdict is not None):
        try:
            stored = json.loads(json.dumps(verdict.certificate))
        except (TypeError, ValueError) as error:
            raise DefectError("a certificate is not JSON", error) from error
        if complaint := check(verdict.verdict, stored, subject.executor):
            raise DefectError(f"a certificate does not show its verdict: {complaint}", stored)
        kinds[str(stored.get("kind"))] += 1
    return ", ".join(f"{kind} {count}" for kind, count in kinds.most_common(4))
