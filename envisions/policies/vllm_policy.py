"""The policy on vLLM: for GPUs, and for CPUs where its CPU build is installed.

One engine serves a run: its memory is put to sleep while training needs it (on a GPU), and each round's
weights are read into it without a new start. All requests of a call go to it at once. Not covered: several
machines.
"""

from __future__ import annotations

import atexit
import os
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from envisions.errors import UserError
from envisions.policies.completions import completion_text
from envisions.policy import Completion, OnCompletion, Request, Sampling
from envisions.records import Finish, Message

if TYPE_CHECKING:
    from vllm import LLM

if find_spec("vllm") is None:  # said before a model is fetched
    raise UserError(
        "policy=vllm needs vLLM: pip install 'envisions[vllm]' (without a GPU, see docs/vllm.md)."
    )

_SHAPE = ("model_type", "hidden_size", "num_hidden_layers", "num_attention_heads", "vocab_size")


class VLLMPolicy:
    """Weights in the engine. `episodes` sequences are submitted together; `tensor_parallel` GPUs share a
    model, `gpu_memory` is the share of each GPU's memory that the engine takes."""

    overlaps = True

    def __init__(
        self,
        folder: Path,
        name: str,
        episodes: int = 4096,
        tensor_parallel: int = 1,
        gpu_memory: float = 0.85,
    ) -> None:
        if episodes < 1 or tensor_parallel < 1:
            raise ValueError("episodes and tensor_parallel must be at least 1.")
        self.name, self.episodes = name, episodes
        self._llm: LLM | None = _engine.load(folder, tensor_parallel, gpu_memory)
        self._tokenizer: Any = self._llm.get_tokenizer()
        self.context: int = self._llm.model_config.max_model_len

    def encode(self, messages: Sequence[Message]) -> tuple[int, ...]:
        from envisions.policies.encode import encode

        return encode(self._tokenizer, messages)

    def generate(
        self, requests: Sequence[Request], sampling: Sampling, on_completion: OnCompletion | None = None
    ) -> list[Completion]:
        from vllm import SamplingParams

        done: dict[int, Completion] = {}
        parameters = [
            SamplingParams(
                temperature=sampling.temperature,
                max_tokens=sampling.max_new_tokens,
                stop=list(sampling.stop),
                seed=request.seed,
                logprobs=0,  # that of the sampled token alone, of the raw logits
                detokenize=True,
            )
            for request in requests
        ]
        for place, output in self._run([request.prompt_ids for request in requests], parameters):
            [written] = output.outputs
            ids = tuple(written.token_ids)
            scores = tuple(
                float(step[token].logprob) for step, token in zip(written.logprobs, ids, strict=True)
            )
            text = completion_text(self._tokenizer, ids, sampling.stop)
            finish: Finish = "length" if written.finish_reason == "length" else "stop"
            done[place] = Completion(ids, scores, text, finish)
            if on_completion:
                on_completion(place, done[place])
        return [done[place] for place in range(len(requests))]

    def score(self, pairs: Sequence[tuple[Sequence[int], Sequence[int]]]) -> list[tuple[float, ...]]:
        from vllm import SamplingParams

        texts = [(*prompt, *completion) for prompt, completion in pairs]
        parameters = [SamplingParams(temperature=0, max_tokens=1, prompt_logprobs=0)] * len(pairs)
        scores: dict[int, tuple[float, ...]] = {}
        for place, output in self._run(texts, parameters):
            steps = output.prompt_logprobs[len(pairs[place][0]) :]
            scores[place] = tuple(
                float(step[token].logprob) for step, token in zip(steps, pairs[place][1], strict=True)
            )
        return [scores[place] for place in range(len(pairs))]

    def close(self) -> None:
        if self._llm is not None:
            self._llm = None
            _engine.rest()

    def _run(self, prompts: Sequence[Sequence[int]], parameters: Sequence[Any]) -> Any:
        """Submits everything, then gives each request's place and output as it ends."""
        if self._llm is None:
            raise RuntimeError(f"policy {self.name} is closed")
        engine: Any = self._llm.llm_engine
        for place, (ids, chosen) in enumerate(zip(prompts, parameters, strict=True)):
            engine.add_request(str(place), {"prompt_token_ids": list(ids)}, chosen)
        while engine.has_unfinished_requests():
            for output in engine.step():
                if output.finished:
                    yield int(output.request_id.partition("-")[0]), output


class _Engine:
    """The process's one engine, started when first needed and given new weights afterwards."""

    def __init__(self) -> None:
        self._llm: LLM | None = None
        self._shape: dict[str, Any] = {}
        self._folder = Path()
        self._asleep = False

    def load(self, folder: Path, tensor_parallel: int, gpu_memory: float) -> LLM:
        shape = {**_shape(folder), "tensor_parallel": tensor_parallel, "gpu_memory": gpu_memory}
        if self._llm is not None and shape == self._shape:
            self._change(folder)
            return self._llm
        self._stop()
        atexit.unregister(self._stop)
        atexit.register(self._stop)  # before multiprocessing's own, which would wait for the engine for ever
        self._llm, self._shape, self._folder = _start(folder, tensor_parallel, gpu_memory), shape, folder
        return self._llm

    def rest(self) -> None:
        """Frees the GPU for training; on a CPU, where vLLM cannot sleep, forgets cached prompts alone."""
        llm: Any = self._llm
        llm.reset_prefix_cache()
        if _on_gpu():
            llm.sleep(level=2)
            self._asleep = True

    def _change(self, folder: Path) -> None:
        llm: Any = self._llm
        if self._asleep:
            llm.wake_up(tags=["weights"])
        if self._asleep or folder != self._folder:
            llm.collective_rpc("read_weights", args=(str(folder),))
            llm.reset_prefix_cache()
        if self._asleep:
            llm.wake_up(tags=["kv_cache"])
        self._asleep, self._folder = False, folder

    def _stop(self) -> None:
        if self._llm is not None:
            llm: Any = self._llm
            llm.llm_engine.engine_core.shutdown()
            self._llm, self._asleep = None, False


def _start(folder: Path, tensor_parallel: int, gpu_memory: float) -> LLM:
    os.environ.setdefault("VLLM_LOGGING_LEVEL", "ERROR")  # the run has one progress display of its own
    os.environ.setdefault("VLLM_CPU_KVCACHE_SPACE", "2")  # GiB
    os.environ.setdefault("VLLM_CPU_NUM_OF_RESERVED_CPU", "0")  # one of two cores would stay idle otherwise
    from vllm import LLM

    from envisions.models import choose_device

    # On a CPU vLLM 0.32 fails on a seeded request whose prompt is read in parts, and sleep is not to be had.
    machine: dict[str, Any] = (
        {"gpu_memory_utilization": gpu_memory, "enable_sleep_mode": True}
        if _on_gpu()
        else {"enforce_eager": True, "enable_chunked_prefill": False}
    )
    llm: Any = LLM(
        model=str(folder),
        dtype=choose_device().dtype,
        tensor_parallel_size=tensor_parallel,
        enable_prefix_caching=True,
        worker_extension_cls="envisions.policies.vllm_worker.WorkerExtension",
        seed=0,
        use_tqdm_on_load=False,
        **machine,
    )
    llm.collective_rpc("end_with", args=(os.getpid(),))
    started: LLM = llm
    return started


def _on_gpu() -> bool:
    import torch

    return torch.cuda.is_available()


def _shape(folder: Path) -> dict[str, Any]:
    """What of a model has to be the same for its weights to fit into the engine."""
    from transformers import AutoConfig

    config = AutoConfig.from_pretrained(folder, local_files_only=True).get_text_config()
    return {name: getattr(config, name, None) for name in _SHAPE}


_engine = _Engine()
