"""A policy that remembers: what was written and is on record is not written again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from envisions.policies.protocol import Completion, OnCompletion, Policy, Request, Sampling
from envisions.records import Trajectory, seed_from


class Recalling:
    """Answers the requests of recorded attempts from the record, all others by the policy."""

    def __init__(self, policy: Policy, recorded: Iterable[Trajectory]) -> None:
        self._policy = policy
        self.name, self.episodes = policy.name, policy.episodes
        self.context, self.overlaps = policy.context, policy.overlaps
        self.encode, self.score, self.close = policy.encode, policy.score, policy.close
        self._known = {
            (step.prompt_ids, seed_from(played.seed, turn)): Completion(
                step.completion_ids, step.logprobs, step.text, step.finish
            )
            for played in recorded
            for turn, step in enumerate(played.steps)
        }

    def generate(
        self, requests: Sequence[Request], sampling: Sampling, on_completion: OnCompletion | None = None
    ) -> list[Completion]:
        hear = on_completion or (lambda place, done: None)
        done: dict[int, Completion] = {}
        fresh: list[int] = []
        for place, request in enumerate(requests):
            known = self._known.get((request.prompt_ids, request.seed))
            if known is None:
                fresh.append(place)
            else:
                done[place] = known
                hear(place, known)
        if fresh:
            asked = [requests[place] for place in fresh]
            written = self._policy.generate(asked, sampling, lambda i, it: hear(fresh[i], it))
            done |= zip(fresh, written, strict=True)
        return [done[place] for place in range(len(requests))]
