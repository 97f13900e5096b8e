"""`policy=auto`: vLLM where it is installed and a GPU is there, else transformers."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

AUTO = "auto"
_TARGETS = {
    "vllm": "envisions.policies.vllm_policy.VLLMPolicy",
    "transformers": "envisions.policies.transformers_policy.TransformersPolicy",
}


def choose_policy(config: Any) -> Any:
    """The configuration of the policy to use; any but "auto" stays as it is. Keys that are null are left to
    the class."""
    if not isinstance(config, Mapping) or config.get("_target_") != AUTO:
        return config
    keys = {key: value for key, value in config.items() if value is not None}
    return {**keys, "_target_": _TARGETS["vllm" if _fast() else "transformers"]}


def _fast() -> bool:
    if find_spec("vllm") is None:
        return False
    import torch

    return torch.cuda.is_available()
