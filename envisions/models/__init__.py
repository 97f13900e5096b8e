"""From the `model=` key to a loaded model: `resolve` finds or fetches it, `load_model` loads it.

Only safetensors are read and no code that comes with a model is ever run. Nothing here imports torch
or transformers before it is called. Not covered: adapters without their base, several devices.
"""

from envisions.models.device import Device, DType, choose_device
from envisions.models.folder import ModelSource
from envisions.models.load import check_finite, context, load_config, load_model, load_tokenizer
from envisions.models.resolve import described, resolve

__all__ = [
    "DType",
    "Device",
    "ModelSource",
    "check_finite",
    "choose_device",
    "context",
    "described",
    "load_config",
    "load_model",
    "load_tokenizer",
    "resolve",
]
