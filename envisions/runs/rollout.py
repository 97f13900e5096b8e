"""Plays episodes: all of a block alive at once, one batched generation a turn, executions together.

A stage's attempts are planned first, so that a killed stage knows what is missing. Blocks are cut from the
plan in order of prompt length; a block's records are written together when it ends, and a block that did not
end is played again as it was, so that a plan gives the same records however often it was killed. An attempt
whose prompt does not fit into the model's context is cut off there; what becomes of those that the
environment's own code fails is in losses.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from queue import SimpleQueue

from envisions.environments.faults import HookError
from envisions.environments.protocol import NOT_RUN, Environment, Transition, advance, lost
from envisions.errors import HarnessError, UserError
from envisions.policies.protocol import Completion, Policy, Request, Sampling
from envisions.records import Trajectory
from envisions.runs.attempt import UNFINISHED, Attempt, Live, unwritten
from envisions.runs.folder import append_records, read_records, write_records
from envisions.runs.losses import check_losses, too_many
from envisions.runs.recall import Recalling
from symbolic import Execution, Executor, Program

Advance = Callable[[float], None]
_Ended = tuple[int, Completion]  # a completion and its place among the requests


def play(
    attempts: Sequence[Attempt],
    environment: Environment,
    policy: Callable[[], Policy],
    executor: Executor,
    path: Path,
    advance: Advance = lambda n: None,
) -> list[Trajectory]:
    """Plays what `path` does not hold yet, appends it there, and returns all in the order of the plan.

    All attempts share their sampling but for its temperature. The policy is asked for only if something is
    missing.
    """
    planned = {attempt.id for attempt in attempts}
    done = {played.id: played for played in read_records(path, Trajectory.from_json)}
    again: list[Trajectory] = []
    if too_many([played for name, played in done.items() if name in planned], environment):
        again = [played for name, played in done.items() if name in planned and played.unjudged]
        done = {name: played for name, played in done.items() if played not in again}
        write_records(path, (played.to_json() for played in done.values()))
    missing = [attempt for attempt in attempts if attempt.id not in done]
    advance(len(attempts) - len(missing))

    def keep(fresh: Sequence[Trajectory]) -> None:
        append_records(path, (played.to_json() for played in fresh))
        done.update((played.id, played) for played in fresh)
        check_losses([done[name] for name in planned if name in done], environment)

    if missing:
        writer = Recalling(policy(), again) if again else policy()
        lengths = {one.id: len(writer.encode(one.messages)) for one in attempts if not one.fault}
        fitting, not_begun = _fitting(attempts, lengths, writer.context)
        if left_out := [played for played in not_begun if played.id not in done]:
            keep(left_out)
            advance(len(left_out))
        for block in _blocks(fitting, lengths, writer.episodes):
            if fresh := [attempt.id for attempt in block if attempt.id not in done]:
                progress = _Progress(advance, len(fresh), len(block) * environment.max_turns)
                played = _play_block(block, environment, writer, executor, progress.step)
                keep([played[name] for name in fresh])
                progress.end()
    check_losses([done[attempt.id] for attempt in attempts], environment, ended=True)
    return [done[attempt.id] for attempt in attempts]


def _fitting(
    attempts: Sequence[Attempt], lengths: Mapping[str, int], context: int
) -> tuple[list[Attempt], list[Trajectory]]:
    """The attempts that can be begun, and what becomes of the others: those without a prompt, and those whose
    prompt leaves no room for a completion. Raises `UserError` where that is so of every prompt."""
    fitting, left_out = [], []
    for attempt in attempts:
        if attempt.fault:
            left_out.append(unwritten(attempt, NOT_RUN, attempt.fault.verdict))
        elif (needed := lengths[attempt.id] + attempt.sampling.max_new_tokens) > context:
            why = f"prompt and completion need {needed} tokens, the model has room for {context}"
            left_out.append(unwritten(attempt, Execution("no_result", error=why), UNFINISHED))
        else:
            fitting.append(attempt)
    if lengths and not fitting:
        shortest = min(attempts, key=lambda attempt: lengths.get(attempt.id, context))
        needed = lengths[shortest.id] + shortest.sampling.max_new_tokens
        raise UserError(
            f"the shortest prompt, that of task {shortest.task.id}, and max_new_tokens need {needed} tokens,"
            f" the model has room for {context}; leave long tasks out or lower max_new_tokens."
        )
    return fitting, left_out


def _blocks(
    attempts: Sequence[Attempt], lengths: Mapping[str, int], episodes: int
) -> Iterator[list[Attempt]]:
    """The plan cut into blocks of about equal size, alike in prompt length."""
    ordered = sorted(attempts, key=lambda attempt: (lengths[attempt.id], attempt.task.id, attempt.id))
    size = -(-len(ordered) // max(1, -(-len(ordered) // episodes)))
    for start in range(0, len(ordered), size or 1):
        yield ordered[start : start + size]


@dataclass(slots=True)
class _Progress:
    """What `advance` hears of a block: a share for each completion, and at the end whatever is left."""

    advance: Advance
    left: float
    completions: int  # at most

    def step(self) -> None:
        share = self.left / self.completions
        self.completions, self.left = self.completions - 1, self.left - share
        self.advance(share)

    def end(self) -> None:
        self.advance(self.left)


def _play_block(
    block: Sequence[Attempt],
    environment: Environment,
    policy: Policy,
    executor: Executor,
    heard: Callable[[], None],
) -> dict[str, Trajectory]:
    live = [Live(a, environment.open(a.task, a.seed), list(a.messages)) for a in block]
    try:
        for _ in range(environment.max_turns):
            playing = [one for one in live if one.playing]
            if playing:
                _play_turn(playing, environment, policy, executor, heard)
        return {one.attempt.id: one.trajectory() for one in live}
    finally:
        for one in live:
            if one.episode:
                one.episode.close()


def _play_turn(
    playing: Sequence[Live],
    environment: Environment,
    policy: Policy,
    executor: Executor,
    heard: Callable[[], None],
) -> None:
    """One generation and one execution for every episode that goes on."""
    asked = [(one, request) for one in playing if (request := one.request(environment, policy))]
    if not asked:
        return
    going, requests = [one for one, _ in asked], [request for _, request in asked]
    sampling = going[0].attempt.sampling
    execute = partial(_execute, going, environment, executor)
    if policy.overlaps:
        completions, answers = _beside(policy, requests, sampling, execute, heard)
    else:
        completions = policy.generate(requests, sampling, lambda place, done: heard())
        answers = execute(list(enumerate(completions)))
    for place, (one, request, completion) in enumerate(zip(going, requests, completions, strict=True)):
        one.take(request, completion, *answers[place])


def _execute(
    playing: Sequence[Live], environment: Environment, executor: Executor, ended: Sequence[_Ended]
) -> dict[int, tuple[Program, Transition]]:
    """The programs of completions, and what their episodes answer, by place."""
    programs: dict[int, Program] = {}
    answers: dict[int, tuple[Program, Transition]] = {}
    for place, completion in ended:
        try:
            programs[place] = environment.parse(completion.text)
        except HookError as error:
            answers[place] = Program(completion.text), lost(NOT_RUN, error.fault)
    tasks = [playing[place].attempt.task for place in programs]
    episodes = [episode for place in programs if (episode := playing[place].episode)]
    given = advance(environment, tasks, episodes, list(programs.values()), executor)
    for answer in given:
        if answer.execution.status == "infra" and not answer.at_fault:
            raise HarnessError(
                f"a program could not be executed, which is not its fault ({answer.execution.error});"
                " nothing is lost, and the same command continues."
            )
    return answers | dict(zip(programs, zip(programs.values(), given, strict=True), strict=True))


def _beside(
    policy: Policy,
    requests: Sequence[Request],
    sampling: Sampling,
    execute: Callable[[Sequence[_Ended]], dict[int, tuple[Program, Transition]]],
    heard: Callable[[], None],
) -> tuple[list[Completion], dict[int, tuple[Program, Transition]]]:
    """Generates, while a thread executes what has ended so far."""
    ended: SimpleQueue[_Ended | None] = SimpleQueue()
    answers: dict[int, tuple[Program, Transition]] = {}

    def work() -> None:
        going = True
        while going:
            batch = [ended.get()]
            batch += [ended.get() for _ in range(ended.qsize())]
            going = None not in batch
            if finished := [one for one in batch if one is not None]:
                answers.update(execute(finished))

    def hear(place: int, done: Completion) -> None:
        if working.done():
            working.result()  # it failed: no use in generating the rest
        heard()
        ended.put((place, done))

    with ThreadPoolExecutor(1) as thread:
        working = thread.submit(work)
        try:
            completions = policy.generate(requests, sampling, hear)
        finally:
            ended.put(None)
        working.result()
    return completions, answers
