"""`policy=auto`: vLLM where it is installed and a GPU is there, else transformers."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

from envisions.errors import UserError

AUTO = "auto"
_TARGETS = {
    "vllm": "envisions.policies.vllm_policy.VLLMPolicy",
    "transformers": "envisions.policies.transformers_policy.TransformersPolicy",
}


def choose_policy(config: Any) -> Any:
    """The configuration of the policy to use; any but "auto" stays as it is. Keys that are null are left to
    the class. Raises `UserError` where vLLM is asked for and missing, before a model is fetched for it."""
    if not isinstance(config, Mapping):
        return config
    target = config.get("_target_")
    if target == _TARGETS["vllm"] and find_spec("vllm") is None:
        raise UserError(
            "policy=vllm needs vLLM: pip install 'envisions[vllm]' (without a GPU, see docs/how-to/vllm.md)."
        )
    if target != AUTO:
        return config
    keys = {key: value for key, value in config.items() if value is not None}
    return {**keys, "_target_": _TARGETS["vllm" if _fast() else "transformers"]}


def _fast() -> bool:
    if find_spec("vllm") is None:
        return False
    import torch

    return torch.cuda.is_available()
