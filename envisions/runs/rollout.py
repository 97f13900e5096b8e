"""Plays episodes: all of a block alive at once, one batched generation a turn, executions together.

A stage's attempts are planned first, so that a killed stage knows what is missing. Blocks are cut from the
plan in order of prompt length; a block's records are written together when it ends, and a block that did not
end is played again as it was, so that a plan gives the same records however often it was killed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from queue import SimpleQueue

from envisions.environments.protocol import Environment, Episode, Transition, advance
from envisions.errors import HarnessError, UserError
from envisions.policies.protocol import Completion, Policy, Request, Sampling
from envisions.records import Kind, Message, PromptKind, Step, Task, Trajectory, digest, seed_from
from envisions.runs.folder import append_records, read_records
from symbolic import Executor, Program, Verdict

Advance = Callable[[float], None]
_Ended = tuple[int, Completion]  # a completion and its place among the requests
UNFINISHED = Verdict("wrong", {"kind": "unfinished"})


@dataclass(frozen=True)
class Attempt:
    """An attempt to be made; the trajectory it becomes has the same id. `policy` names the weights."""

    task: Task
    kind: Kind
    prompt: PromptKind
    policy: str
    index: int
    seed: int
    messages: tuple[Message, ...]
    sampling: Sampling
    parent: str | None = None

    @cached_property
    def id(self) -> str:
        how = (self.kind, self.prompt, self.policy, self.sampling.temperature)
        return digest(self.task.id, *how, self.index, self.seed, self.parent)


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
    done = {played.id: played for played in read_records(path, Trajectory.from_json)}
    missing = [attempt for attempt in attempts if attempt.id not in done]
    advance(len(attempts) - len(missing))
    for block in _blocks(attempts, policy()) if missing else ():
        fresh = [attempt.id for attempt in block if attempt.id not in done]
        if fresh:
            progress = _Progress(advance, len(fresh), len(block) * environment.max_turns)
            played = _play_block(block, environment, policy(), executor, progress.step)
            append_records(path, (played[name].to_json() for name in fresh))
            done.update((name, played[name]) for name in fresh)
            progress.end()
    return [done[attempt.id] for attempt in attempts]


def _blocks(attempts: Sequence[Attempt], policy: Policy) -> Iterator[list[Attempt]]:
    """The plan cut into blocks of about equal size, alike in prompt length."""
    lengths = {attempt.id: len(policy.encode(attempt.messages)) for attempt in attempts}
    ordered = sorted(attempts, key=lambda attempt: (lengths[attempt.id], attempt.task.id, attempt.id))
    size = -(-len(ordered) // -(-len(ordered) // policy.episodes))
    for start in range(0, len(ordered), size):
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


@dataclass(slots=True)
class _Live:
    """An attempt being played."""

    attempt: Attempt
    episode: Episode
    messages: list[Message]
    steps: list[Step] = field(default_factory=list)
    verdict: Verdict = UNFINISHED
    terminated: bool = False
    truncated: bool = False

    @property
    def playing(self) -> bool:
        return not (self.terminated or self.truncated)

    def request(self, policy: Policy) -> Request:
        seed = seed_from(self.attempt.seed, len(self.steps))
        return Request(policy.encode(self.messages), seed, self.attempt.sampling.temperature)

    def take(
        self,
        environment: Environment,
        request: Request,
        done: Completion,
        program: Program,
        answer: Transition,
    ) -> None:
        """Records one turn."""
        step = Step(
            prompt_ids=request.prompt_ids,
            completion_ids=done.ids,
            logprobs=done.logprobs,
            text=done.text,
            finish=done.finish,
            program=program,
            execution=answer.execution,
            observation=answer.observation,
        )
        self.steps.append(step)
        self.verdict = answer.verdict or UNFINISHED
        self.terminated = answer.terminated
        self.truncated = answer.truncated or done.finish == "length"
        self.messages = environment.follow(self.messages, done.text, answer.observation)

    def trajectory(self) -> Trajectory:
        attempt = self.attempt
        return Trajectory(
            id=attempt.id,
            task=attempt.task.id,
            kind=attempt.kind,
            prompt=attempt.prompt,
            policy=attempt.policy,
            temperature=attempt.sampling.temperature,
            index=attempt.index,
            seed=attempt.seed,
            parent=attempt.parent,
            steps=tuple(self.steps),
            verdict=self.verdict,
            terminated=self.terminated,
            truncated=self.truncated or not self.terminated,
        )


def _play_block(
    block: Sequence[Attempt],
    environment: Environment,
    policy: Policy,
    executor: Executor,
    heard: Callable[[], None],
) -> dict[str, Trajectory]:
    live = [_Live(a, environment.open(a.task, a.seed), list(a.messages)) for a in block]
    try:
        for _ in range(environment.max_turns):
            playing = [one for one in live if one.playing]
            if playing:
                _play_turn(playing, environment, policy, executor, heard)
        return {one.attempt.id: one.trajectory() for one in live}
    finally:
        for one in live:
            one.episode.close()


def _play_turn(
    playing: Sequence[_Live],
    environment: Environment,
    policy: Policy,
    executor: Executor,
    heard: Callable[[], None],
) -> None:
    """One generation and one execution for every episode that goes on."""
    sampling = playing[0].attempt.sampling
    requests = [one.request(policy) for one in playing]
    _check_context(playing, requests, policy, sampling)
    execute = partial(_execute, playing, environment, executor)
    if policy.overlaps:
        completions, answers = _beside(policy, requests, sampling, execute, heard)
    else:
        completions = policy.generate(requests, sampling, lambda place, done: heard())
        answers = execute(list(enumerate(completions)))
    for place, (one, request, completion) in enumerate(zip(playing, requests, completions, strict=True)):
        program, answer = answers[place]
        one.take(environment, request, completion, program, answer)


def _execute(
    playing: Sequence[_Live], environment: Environment, executor: Executor, ended: Sequence[_Ended]
) -> dict[int, tuple[Program, Transition]]:
    """The programs of completions, and what their episodes answer, by place."""
    programs = [environment.parse(completion.text) for _, completion in ended]
    tasks = [playing[place].attempt.task for place, _ in ended]
    episodes = [playing[place].episode for place, _ in ended]
    answers = advance(environment, tasks, episodes, programs, executor)
    for answer in answers:
        if answer.execution.status == "infra":
            raise HarnessError(
                f"a program could not be executed, which is not its fault ({answer.execution.error});"
                " nothing is lost, and the same command continues."
            )
    return dict(zip((place for place, _ in ended), zip(programs, answers, strict=True), strict=True))


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


def _check_context(
    playing: Sequence[_Live], requests: Sequence[Request], policy: Policy, sampling: Sampling
) -> None:
    for one, request in zip(playing, requests, strict=True):
        needed = len(request.prompt_ids) + sampling.max_new_tokens
        if needed > policy.context:
            raise UserError(
                f"the prompt of task {one.attempt.task.id} and max_new_tokens need {needed} tokens, the model"
                f" has room for {policy.context}; leave long tasks out or lower max_new_tokens."
            )
