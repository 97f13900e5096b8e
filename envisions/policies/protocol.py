"""The policy protocol: what writes completions, and what a completion is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from envisions.records import Finish, Message


@dataclass(frozen=True, slots=True)
class Request:
    """A prompt as token ids, not padded, special tokens included, and the seed of the random stream that its
    completion is drawn from. `temperature`, where it is given, is this request's instead of the sampling's:
    greedy and sampled ones share a batch."""

    prompt_ids: tuple[int, ...]
    seed: int
    temperature: float | None = None


@dataclass(frozen=True, slots=True)
class Sampling:
    """How to draw. Temperature 0 takes the likeliest token; a completion ends after the first text of
    `stop` or the model's end token, or at `max_new_tokens` tokens."""

    temperature: float
    max_new_tokens: int
    stop: tuple[str, ...] = ()

    def temperature_of(self, request: Request) -> float:
        return self.temperature if request.temperature is None else request.temperature


@dataclass(frozen=True, slots=True)
class Completion:
    """`ids` as sampled, the ending included; `logprobs` one a token, in nats, of the raw logits at
    temperature 1, in float32 whatever the weights' dtype; `text` without the ending."""

    ids: tuple[int, ...]
    logprobs: tuple[float, ...]
    text: str
    finish: Finish


OnCompletion = Callable[[int, Completion], None]


class Policy(Protocol):
    """Weights that write completions. Made for one stage, closed before training needs the memory."""

    name: str  # which weights: "base", "round_1"
    episodes: int  # how many episodes are worth playing at once; their records are written together
    context: int  # tokens that prompt and completion may have together
    overlaps: bool  # whether programs are to run while later completions are still decoded

    def encode(self, messages: Sequence[Message]) -> tuple[int, ...]:
        """A conversation as token ids, special tokens included, no batch axis; an assistant message that
        comes last is left open."""

    def generate(
        self, requests: Sequence[Request], sampling: Sampling, on_completion: OnCompletion | None = None
    ) -> list[Completion]:
        """One completion a request, in order; `on_completion` hears of each, with the request's place, as it
        ends. A request's completion depends on its prompt and seed, not on what else is in the call, but for
        rounding."""

    def score(self, pairs: Sequence[tuple[Sequence[int], Sequence[int]]]) -> list[tuple[float, ...]]:
        """For each (prompt, completion) of token ids: one log-probability a token of the completion after its
        prompt, in nats, at temperature 1, as in `Completion.logprobs`."""

    def close(self) -> None:
        """Frees the accelerator's memory; `generate` and `score` raise `RuntimeError` from then on."""
