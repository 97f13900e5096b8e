"""The policy on vLLM: for GPUs, and for CPUs where its CPU build is installed.

All requests of a call go to the engine at once. Not covered: several machines.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from envisions.errors import HarnessError, UserError
from envisions.policies.completions import completion_text
from envisions.policies.protocol import Completion, OnCompletion, Request, Sampling
from envisions.policies.vllm_engine import ENGINE
from envisions.records import Finish, Message

_FINISHES: dict[str, Finish] = {"stop": "stop", "length": "length"}


class VLLMPolicy:
    """Weights in the engine. `episodes` sequences are submitted together; `tensor_parallel` GPUs share a
    model, `gpu_memory` is the share (above 0, at most 1) of each GPU's memory that the engine takes, weights
    and cache together. `date` (ISO 8601) is what chat templates print as now."""

    overlaps = True

    def __init__(
        self,
        folder: Path,
        name: str,
        episodes: int = 4096,
        tensor_parallel: int = 1,
        gpu_memory: float = 0.85,
        date: str | None = None,
    ) -> None:
        if episodes < 1 or tensor_parallel < 1:
            raise ValueError("episodes and tensor_parallel must be at least 1.")
        from envisions.models import load_tokenizer

        self.name, self.episodes = name, episodes
        self._moment = datetime.fromisoformat(date) if date else None
        self._tokenizer: Any = load_tokenizer(folder)
        self._llm: Any = ENGINE.load(folder, tensor_parallel, gpu_memory)
        self.context: int = self._llm.model_config.max_model_len

    def encode(self, messages: Sequence[Message]) -> tuple[int, ...]:
        from envisions.policies.encode import encode

        return encode(self._tokenizer, messages, self._moment)

    def generate(
        self, requests: Sequence[Request], sampling: Sampling, on_completion: OnCompletion | None = None
    ) -> list[Completion]:
        from vllm import SamplingParams
        from vllm.sampling_params import RequestOutputKind

        done: dict[int, Completion] = {}
        parameters = [
            SamplingParams(
                temperature=sampling.temperature_of(request),
                max_tokens=sampling.max_new_tokens,
                stop=list(sampling.stop),
                seed=request.seed,
                logprobs=0,  # that of the sampled token alone, of the raw logits
                output_kind=RequestOutputKind.FINAL_ONLY,
            )
            for request in requests
        ]

        def take(place: int, output: Any) -> None:
            [written] = output.outputs
            done[place] = self._completion(written, sampling.stop)
            if on_completion:
                on_completion(place, done[place])

        self._run([request.prompt_ids for request in requests], parameters, take)
        return [done[place] for place in range(len(requests))]

    def _completion(self, written: Any, stops: Sequence[str]) -> Completion:
        finish = _FINISHES.get(written.finish_reason)
        if finish is None:
            raise HarnessError(
                f"vLLM ended a completion by {written.finish_reason!r}; the same command continues."
            )
        ids = tuple(written.token_ids)
        scores = tuple(float(step[token].logprob) for step, token in zip(written.logprobs, ids, strict=True))
        if not all(map(math.isfinite, scores)):
            raise UserError(
                "the model's log-probabilities are not finite: its weights are damaged, or overflow the"
                " number format that vLLM runs them in; try policy=transformers, or choose another model."
            )
        return Completion(ids, scores, completion_text(self._tokenizer, ids, stops), finish)

    def score(self, pairs: Sequence[tuple[Sequence[int], Sequence[int]]]) -> list[tuple[float, ...]]:
        from vllm import SamplingParams

        scores: dict[int, tuple[float, ...]] = {}

        def take(place: int, output: Any) -> None:
            prompt, completion = pairs[place]
            steps = output.prompt_logprobs[len(prompt) :]
            scores[place] = tuple(
                float(step[token].logprob) for step, token in zip(steps, completion, strict=True)
            )

        texts = [(*prompt, *completion) for prompt, completion in pairs]
        parameters = [SamplingParams(temperature=0, max_tokens=1, prompt_logprobs=0)] * len(pairs)
        self._run(texts, parameters, take)
        return [scores[place] for place in range(len(pairs))]

    def close(self) -> None:
        if self._llm is not None:
            self._llm = None
            ENGINE.rest()

    def _run(
        self,
        prompts: Sequence[Sequence[int]],
        parameters: Sequence[Any],
        take: Callable[[int, Any], None],
    ) -> None:
        """Submits everything; `take` is given each request's place and output as it ends."""
        if self._llm is None:
            raise RuntimeError(f"policy {self.name} is closed")
        engine = self._llm.llm_engine
        try:
            for place, (ids, chosen) in enumerate(zip(prompts, parameters, strict=True)):
                engine.add_request(str(place), {"prompt_token_ids": list(ids)}, chosen)
            while engine.has_unfinished_requests():
                for output in engine.step():
                    if output.finished:
                        take(int(output.request_id.partition("-")[0]), output)
        except BaseException:  # an interrupt too: what the engine still holds would answer the next call
            self._llm = None
            ENGINE.stop()
            raise
