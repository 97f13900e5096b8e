"""Checks of what is judged right, wrong and unknown."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from envisions.conformance.probes import MALFORMED
from envisions.conformance.subject import DefectError, NotApplicableError, NotSeenError, Subject
from envisions.environments.protocol import Transition
from envisions.environments.rechecking import NotRecheckableError, recheck
from envisions.records import Task
from symbolic import Execution, Program
from symbolic.recheck import KINDS, NOT_JUDGED, check

MOST_FOR_ONE_ANSWER = 0.5  # of the tasks that one constant may solve


def gold_is_right(subject: Subject) -> str:
    golden = subject.golden
    if not golden:
        raise NotApplicableError(f"none of {len(subject.tasks)} tasks has a gold program")
    disputed = set(getattr(subject.environment, "disputed", ()))
    answers = subject.play([task for task, _ in golden], [gold for _, gold in golden])
    wrong = []
    for attempt, answer in zip(golden, answers, strict=True):
        if answer.found is None or not answer.terminated:
            raise DefectError("an episode goes on after its gold programs", attempt[0].question)
        if not answer.found.right:
            wrong.append((attempt, answer, answer.found.verdict))
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
            right[f"env.{key}={value}"] = sum(a.found is not None and a.found.right for a in answers)
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
            if answer.found is not None and answer.found.right
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
        [answers] = subject.play_turns([task], [subject.every_turn(program)])
        for answer in answers:
            if answer.execution.status == "infra":
                raise DefectError("it is taken for a fault of the harness", ascii(text[:80]))
            if answer.found is not None and answer.found.right:
                raise DefectError("it is right", ascii(text[:80]))
            if not answer.observation.strip():
                raise DefectError("it is answered with nothing", ascii(text[:80]))
    return f"{len(MALFORMED)} kinds"


def our_faults_are_unknown(subject: Subject) -> str:
    """A program that the harness lost is neither right nor wrong, in whatever turn."""
    task, programs = (
        subject.golden[0] if subject.golden else (subject.tasks[0], subject.turns(subject.tasks[0]))
    )
    [answers] = subject.play_turns([task], [programs])
    played = list(zip(programs, answers, strict=False))
    for turn, (program, _) in enumerate(played):
        episode = subject.environment.open(task, 0)
        for earlier, answer in played[:turn]:
            episode.step(earlier, answer.execution)
        found = episode.step(program, Execution("infra", error="lost")).found
        episode.close()
        if found is not None and found.verdict != "unknown":
            raise DefectError(f"an execution that was lost is judged {found.verdict}", task.question)
    return f"not judged in {len(played)} turns" if len(played) > 1 else "not judged"


def certificates_hold(subject: Subject) -> str:
    """Those of probes and gold programs, by this package's checker or the environment's `recheck`."""
    kinds: Counter[str] = Counter()
    unknown: Counter[str] = Counter()
    for task, answer in _judged(subject):
        assert answer.found is not None
        try:
            stored = json.loads(json.dumps(dict(answer.found.certificate)))
        except (TypeError, ValueError) as error:
            raise DefectError("a certificate is not JSON", error) from error
        if not isinstance(kind := stored.get("kind"), str):
            raise DefectError("a certificate has no kind", stored)
        try:
            complaint = _complaint(subject, task, answer, stored)
        except NotRecheckableError:
            unknown[kind] += 1
            continue
        if complaint:
            raise DefectError(f"a certificate does not show its verdict: {complaint}", stored)
        kinds[kind] += 1
    if unknown:
        raise NotSeenError(
            f"{unknown.total()} certificates are of a kind that is not re-checkable here"
            f" ({', '.join(sorted(unknown))}): give recheck(task, value, certificate)"
        )
    if not kinds.keys() - NOT_JUDGED.keys():
        raise NotSeenError("no attempt came to anything that could be judged: give gold(task) or Task.gold")
    return ", ".join(f"{kind} {count}" for kind, count in kinds.most_common(4))


def _judged(subject: Subject) -> Iterator[tuple[Task, Transition]]:
    """The last answers with a verdict, of all probes and of gold programs."""
    played = [(subject.tasks, subject.probe(probe)) for probe in subject.probes]
    golden = [task for task, _ in subject.golden]
    played.append((golden, subject.play(golden, [gold for _, gold in subject.golden])))
    for tasks, answers in played:
        yield from ((task, it) for task, it in zip(tasks, answers, strict=True) if it.found is not None)


def _complaint(subject: Subject, task: Task, answer: Transition, stored: Mapping[str, Any]) -> str | None:
    assert answer.found is not None
    verdict, executor = answer.found.verdict, subject.executor
    if stored["kind"] in KINDS:
        return check(verdict, stored, executor)
    return recheck(subject.environment, task, answer.execution.value, verdict, stored, executor)
