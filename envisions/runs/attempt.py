"""An attempt: as planned, while it is played, and as the trajectory that it becomes."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from envisions.environments.faults import Fault, HookError
from envisions.environments.protocol import Environment, Episode, Transition
from envisions.policies.protocol import Completion, Policy, Request, Sampling
from envisions.records import Kind, Message, PromptKind, Step, Task, Trajectory, digest, seed_from
from symbolic import Execution, Program, Verdict

UNFINISHED = Verdict("wrong", {"kind": "unfinished"})


@dataclass(frozen=True)
class Attempt:
    """An attempt to be made; the trajectory it becomes has the same id. `policy` names the weights, `fault`
    says why there are no messages."""

    task: Task
    kind: Kind
    prompt: PromptKind
    policy: str
    index: int
    seed: int
    messages: tuple[Message, ...]
    sampling: Sampling
    parent: str | None = None
    fault: Fault | None = None

    @cached_property
    def id(self) -> str:
        how = (self.kind, self.prompt, self.policy, self.sampling.temperature)
        return digest(self.task.id, *how, self.index, self.seed, self.parent)


@dataclass(slots=True)
class Live:
    """An attempt being played."""

    attempt: Attempt
    episode: Episode | None
    messages: list[Message]
    steps: list[Step] = field(default_factory=list)
    verdict: Verdict = UNFINISHED
    terminated: bool = False
    truncated: bool = False

    @property
    def playing(self) -> bool:
        return not (self.terminated or self.truncated)

    def request(self, environment: Environment, policy: Policy) -> Request | None:
        """What the policy is asked next; None where the episode ends instead: the prompt could not be made,
        or leaves no room for a completion."""
        sampling = self.attempt.sampling
        try:
            if self.steps:
                last = self.steps[-1]
                self.messages = environment.follow(self.messages, last.text, last.observation)
        except HookError as error:
            self.verdict, self.terminated = error.fault.verdict, True
            return None
        prompt = policy.encode(self.messages)
        if len(prompt) + sampling.max_new_tokens > policy.context:
            self.truncated = True
            return None
        return Request(prompt, seed_from(self.attempt.seed, len(self.steps)), sampling.temperature)

    def take(self, request: Request, done: Completion, program: Program, answer: Transition) -> None:
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
        self.verdict = answer.found or UNFINISHED
        self.terminated = answer.terminated
        self.truncated = answer.truncated or done.finish == "length"

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


def unwritten(attempt: Attempt, execution: Execution, verdict: Verdict) -> Trajectory:
    """An attempt that was not begun: its one step is empty."""
    live = Live(attempt, None, [], verdict=verdict, terminated=verdict is not UNFINISHED)
    live.steps.append(Step((), (), (), "", "length", Program(""), execution, ""))
    return live.trajectory()
