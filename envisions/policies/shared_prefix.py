"""A key/value cache whose common prefix is stored once, and the attention that reads it.

Few-shot prompts repeat the same examples in every row. Kept once, the prefix costs one matrix product for the
whole batch instead of a copy, and a read at every token, for each row: on a CPU those reads are what bounds
decoding. The rows of a batch are aligned on the right, what is left of a row's prompt is masked.

It does not cover layers other than softmax attention (recurrent, linear): `check_supported` refuses them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import torch
from transformers import AttentionInterface, AttentionMaskInterface, PreTrainedModel
from transformers.cache_utils import Cache, CacheLayerMixin

from envisions.errors import UserError

NAME = "shared_prefix"
_GROWTH = 64  # columns a buffer grows by: one copy every 64 tokens, by when most rows have ended


class _Layer(CacheLayerMixin):
    """Keys and values of one layer, (rows, heads, columns, size), written in place."""

    is_sliding = False
    keys: torch.Tensor
    values: torch.Tensor

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.length = 0

    def lazy_initialization(self, key_states: torch.Tensor, value_states: torch.Tensor) -> None:
        self.fill(key_states, value_states)

    def fill(self, keys: torch.Tensor, values: torch.Tensor) -> None:
        self.keys, self.values, self.length, self.is_initialized = keys, values, keys.shape[2], True

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *args: Any, **kwargs: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        if not self.is_initialized:
            self.fill(key_states, value_states)
            return key_states, value_states
        rows, start = key_states.shape[0], self.length
        self.length += key_states.shape[2]
        self.keys = _write(self.keys, key_states, start)
        self.values = _write(self.values, value_states, start)
        return self.keys[:rows, :, : self.length], self.values[:rows, :, : self.length]

    def get_mask_sizes(self, query_length: int) -> tuple[int, int]:
        return self.length + query_length, 0

    def get_seq_length(self) -> int:
        return self.length

    def get_max_length(self) -> int:
        return -1


def _write(buffer: torch.Tensor, states: torch.Tensor, start: int) -> torch.Tensor:
    """Writes `states` at column `start`; a buffer that is full is replaced by a larger one."""
    rows, heads, columns, size = states.shape
    if start + columns > buffer.shape[2]:
        grown = buffer.new_empty(rows, heads, start + columns + _GROWTH, size)
        grown[:, :, :start] = buffer[:rows, :, :start]
        buffer = grown
    buffer[:rows, :, start : start + columns] = states
    return buffer


class RowCache(Cache):
    """The rows of one batch: row i of a forward pass is slot i. Keys and values keep the model's dtype and
    device, (rows, key heads, columns, head size) in each layer."""

    layers: list[_Layer]  # type: ignore[assignment]

    def __init__(self, model: PreTrainedModel) -> None:
        super().__init__(layers=[_Layer() for _ in range(model.config.get_text_config().num_hidden_layers)])

    def gather(self, parts: Sequence[RowCache], rows: Sequence[torch.Tensor]) -> None:
        """Fills this cache with the chosen rows (int64 indexes, one tensor a part) of each part, in order,
        aligned on the right."""
        for layer, sources in zip(
            self.layers, zip(*(part.layers for part in parts), strict=True), strict=True
        ):
            keys = _aligned([source.keys for source in sources], rows)
            layer.fill(keys, _aligned([source.values for source in sources], rows))

    def drop(self, ended: Collection[int], rows: int) -> list[int]:
        """Frees slots by moving the last rows into them; returns which row each slot holds now."""
        order = list(range(rows - len(ended)))
        holes = [slot for slot in order if slot in ended]
        movers = [slot for slot in range(len(order), rows) if slot not in ended]
        for hole, mover in zip(holes, movers, strict=True):
            order[hole] = mover
            for layer in self.layers:
                layer.keys[hole, :, : layer.length] = layer.keys[mover, :, : layer.length]
                layer.values[hole, :, : layer.length] = layer.values[mover, :, : layer.length]
        return order


def _aligned(sources: Sequence[torch.Tensor], rows: Sequence[torch.Tensor]) -> torch.Tensor:
    """The chosen rows of `sources`, (rows, heads, columns, size) each, in one, as wide as the widest."""
    width = max(source.shape[2] for source in sources)
    total = sum(len(index) for index in rows)
    # zeros, not whatever is in memory: a masked column's weight is 0, and 0 times NaN is NaN
    target = sources[0].new_zeros(total, sources[0].shape[1], width, sources[0].shape[3])
    for place, source, index in zip(_starts(rows), sources, rows, strict=True):
        target[place : place + len(index), :, width - source.shape[2] :] = source.index_select(0, index)
    return target


def _starts(rows: Sequence[torch.Tensor]) -> list[int]:
    return [sum(map(len, rows[:i])) for i in range(len(rows))]


def attend(
    module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor,
    scaling: float,
    prefix: RowCache | None = None,
    softcap: float | None = None,
    **_: Any,
) -> tuple[torch.Tensor, None]:
    """Softmax attention over the shared prefix and each row's own columns; gives (rows, tokens, heads, size)
    in the query's dtype.

    `query` (rows, heads, tokens, size); `key` and `value` (rows, key heads, columns, size); `attention_mask`
    additive, (rows, 1, tokens, columns), with the prefix's columns before them where they need one. The query
    heads that share a key head are folded into its rows, so that keys and values are never repeated. The two
    parts are attended to apart and merged by their normalisers, as FlashAttention does with its blocks
    (arXiv 2205.14135, section 3.1).
    """
    rows, columns, tokens = query.shape[0], key.shape[2], query.shape[2]
    folded = (query * scaling).unflatten(1, (key.shape[1], -1)).flatten(2, 3)  # rows, key heads, groups, size
    mask = attention_mask[..., -columns:].repeat(1, 1, folded.shape[2] // tokens, 1)
    out, normaliser = _part(folded, key, value, mask, softcap)
    if prefix is not None:
        layer = prefix.layers[module.layer_idx]  # type: ignore[index]
        by_head = folded.transpose(0, 1).flatten(
            1, 2
        )  # key heads, rows * groups, size: one product for all rows
        mask = attention_mask[..., :-columns].repeat(1, 1, folded.shape[2] // tokens, 1).flatten(0, 2)
        shared, other = _part(
            by_head, layer.keys[0], layer.values[0], mask if mask.numel() else None, softcap
        )
        shared, other = (part.unflatten(1, (rows, -1)).transpose(0, 1) for part in (shared, other))
        out = torch.lerp(out, shared, torch.sigmoid(other - normaliser))
    return out.unflatten(2, (-1, tokens)).flatten(1, 2).transpose(1, 2).contiguous(), None


def _part(
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    mask: torch.Tensor | None,
    softcap: float | None,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Attention of `query` (…, queries, size) to some of the columns, (…, queries, size), and the natural
    logarithm of its normaliser, (…, queries, 1). `mask` is additive, (…, queries, columns)."""
    scores = query @ key.transpose(-1, -2)
    if softcap is not None:
        scores = softcap * torch.tanh(scores / softcap)
    if mask is not None:
        scores = scores + mask
    normaliser = scores.logsumexp(-1, keepdim=True)
    return (scores - normaliser).exp_() @ value, normaliser


def masks(
    model: PreTrainedModel, prefix: int, pads: torch.Tensor, columns: int, tokens: int, dtype: torch.dtype
) -> Any:
    """The additive mask for the last `tokens` of `columns`, as the model's forward pass takes it: one tensor,
    or one for each kind of layer where a model has several. `pads` (rows,) is each row's left padding. A mask
    is (rows, 1, tokens, columns) of `dtype`, 0 or its least number; one of sliding attention has the `prefix`
    columns before them. Full attention sees the whole prefix unmasked."""
    config = model.config.get_text_config()
    own = torch.arange(columns, device=pads.device)
    query = own[-tokens:][None, :, None]
    seen = (own <= query) & (own >= pads[:, None, None])
    kinds = getattr(config, "layer_types", None) or [
        "sliding_attention" if getattr(config, "sliding_window", None) else "full_attention"
    ]
    made = {}
    for kind in sorted(set(kinds)):
        allowed = seen
        if (
            kind == "sliding_attention"
        ):  # counted in the row's own text: its prefix, then its columns from pads on
            before = torch.arange(-prefix, 0, device=pads.device) + pads[:, None, None]
            distance = query - torch.cat(
                [before.expand(-1, tokens, -1), own.expand(len(pads), tokens, -1)], -1
            )
            unmasked = torch.cat([torch.ones_like(before).bool().expand(-1, tokens, -1), seen], -1)
            allowed = unmasked & (distance < config.sliding_window)
        zero = torch.zeros(allowed.shape, dtype=dtype, device=pads.device)
        made[kind] = zero.masked_fill(~allowed, torch.finfo(dtype).min)[:, None]
    return made if len(made) > 1 else next(iter(made.values()))


def check_supported(model: PreTrainedModel) -> None:
    """Refuses a model whose layers are not all softmax attention."""
    kinds = set(getattr(model.config.get_text_config(), "layer_types", None) or [])
    strange = sorted(kinds - {"full_attention", "sliding_attention"})
    if strange or not model._supports_attention_backend:
        what = f"layers of kind {', '.join(strange)}" if strange else "its own attention code"
        raise UserError(
            f"model type '{model.config.model_type}' has {what}, which policy=transformers cannot run;"
            " use policy=vllm or another model."
        )


def _given(*args: Any, **kwargs: Any) -> None:
    """Masks are given by `masks`, none needs to be made."""


AttentionInterface.register(NAME, attend)
AttentionMaskInterface.register(NAME, _given)
