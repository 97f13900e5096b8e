"""Which device and number format a model runs in. One device; not covered: spreading over several."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, get_args

from envisions.errors import UserError

DType = Literal["auto", "float32", "bfloat16", "float16"]


@dataclass(frozen=True, slots=True)
class Device:
    """`kind` and `dtype` by torch's names ("cuda", "bfloat16"); `detail` for people."""

    kind: Literal["cpu", "cuda", "mps"]
    dtype: Literal["float32", "bfloat16", "float16"]
    detail: str

    def __str__(self) -> str:
        return f"{self.kind}, {self.dtype}, {self.detail}"


def choose_device(dtype: DType = "auto") -> Device:
    """CUDA in bfloat16 (float16 where the card has none), else MPS, else the CPU in float32; another `dtype`
    than "auto" takes the place of these. Raises `UserError` for one that there is not."""
    if dtype not in get_args(DType):
        raise UserError(f"dtype must be one of {', '.join(get_args(DType))}, not '{dtype}'.")
    device = _device()
    return device if dtype == "auto" else replace(device, dtype=dtype)


def _device() -> Device:
    import torch

    if torch.cuda.is_available():
        native = torch.cuda.is_bf16_supported(including_emulation=False)
        return Device("cuda", "bfloat16" if native else "float16", torch.cuda.get_device_name())
    if torch.backends.mps.is_available():
        return Device("mps", "float32", "Apple GPU")
    threads = torch.get_num_threads()
    return Device("cpu", "float32", f"{threads} thread{'s' if threads > 1 else ''}")
