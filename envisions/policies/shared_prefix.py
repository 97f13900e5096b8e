"""A key/value cache whose common prefixes are stored once, and the attention that reads it.

Few-shot prompts repeat the same examples in every row. Kept once, a prefix costs one matrix product for all
rows that begin with it instead of a copy, and a read at every token, for each row: on a CPU those reads are
what bounds decoding. What follows the prefix lies in a slot of the row's own, from its first column on.

It does not cover layers other than softmax attention (recurrent, linear): `check_supported` refuses them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from transformers import AttentionInterface, AttentionMaskInterface, PreTrainedModel
from transformers.cache_utils import Cache, CacheLayerMixin

from envisions.errors import UserError

NAME = "shared_prefix"
_GROWTH = 64  # columns a buffer grows by


class _Layer(CacheLayerMixin):
    """Keys and values of one layer, (slots, heads, columns, size), written in place."""

    is_sliding = False
    keys: torch.Tensor
    values: torch.Tensor

    def __init__(self, cache: RowCache) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._cache = cache

    def lazy_initialization(self, key_states: torch.Tensor, value_states: torch.Tensor) -> None:
        """zeros, not whatever is in memory: a masked column's weight is 0, and 0 times NaN is NaN"""
        heads, size = key_states.shape[1], key_states.shape[3]
        shape = (self._cache.slots, heads, self._cache.room, size)
        self.keys, self.values = key_states.new_zeros(shape), value_states.new_zeros(shape)
        self.is_initialized = True

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *args: Any, **kwargs: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        self.make_room(key_states, value_states)
        slots, columns, width = self._cache.place
        self.keys[slots, :, columns] = key_states.transpose(1, 2)
        self.values[slots, :, columns] = value_states.transpose(1, 2)
        return self.keys[: len(slots), :, :width], self.values[: len(slots), :, :width]

    def make_room(self, keys: torch.Tensor, values: torch.Tensor) -> None:
        """Buffers for slots like these, with as many columns as the cache has room for."""
        if not self.is_initialized:
            self.lazy_initialization(keys, values)
        if missing := self._cache.room - self.keys.shape[2]:
            self.keys = torch.nn.functional.pad(self.keys, (0, 0, 0, missing))
            self.values = torch.nn.functional.pad(self.values, (0, 0, 0, missing))

    def get_mask_sizes(self, query_length: int) -> tuple[int, int]:
        return self.get_seq_length() + query_length, 0

    def get_seq_length(self) -> int:
        return max(self._cache.lengths, default=0)

    def get_max_length(self) -> int:
        return -1


class RowCache(Cache):
    """Slots for rows: row i of a forward pass is slot i, and has `lengths[i]` columns."""

    layers: list[_Layer]  # type: ignore[assignment]

    def __init__(self, model: PreTrainedModel, slots: int) -> None:
        self.slots, self.room, self.lengths = slots, 0, list[int]()
        self.place: tuple[torch.Tensor, torch.Tensor, int]
        layers = model.config.get_text_config().num_hidden_layers
        super().__init__(layers=[_Layer(self) for _ in range(layers)])

    def open(self, tokens: int, device: torch.device) -> torch.Tensor:
        """Chooses the columns of every row's next `tokens`, (rows, tokens), and returns them."""
        start = torch.tensor(self.lengths, device=device)[:, None]
        columns, width = start + torch.arange(tokens, device=device), max(self.lengths) + tokens
        self._grow(width)
        self.place = torch.arange(len(start), device=device)[:, None], columns, width
        return columns

    def add(self, source: RowCache, rows: Sequence[int]) -> None:
        """Fills the next slots with rows of another cache."""
        lengths = [source.lengths[row] for row in rows]
        first, width = len(self.lengths), max(lengths, default=0)
        self.lengths += lengths
        self._grow(width)
        for layer, other in zip(self.layers, source.layers, strict=True):
            if other.is_initialized:
                layer.make_room(other.keys, other.values)
                layer.keys[first : first + len(rows), :, :width] = other.keys[rows, :, :width]
                layer.values[first : first + len(rows), :, :width] = other.values[rows, :, :width]

    def drop(self, ended: Collection[int]) -> list[int]:
        """Frees slots by moving the last rows into them; returns which row each slot holds now."""
        order = list(range(len(self.lengths) - len(ended)))
        holes = [slot for slot in order if slot in ended]
        movers = [slot for slot in range(len(order), len(self.lengths)) if slot not in ended]
        for hole, mover in zip(holes, movers, strict=True):
            order[hole], width = mover, self.lengths[mover]
            for layer in self.layers:
                layer.keys[hole, :, :width] = layer.keys[mover, :, :width]
                layer.values[hole, :, :width] = layer.values[mover, :, :width]
        self.lengths = [self.lengths[row] for row in order]
        return order

    def _grow(self, width: int) -> None:
        if width > self.room:
            self.room = width + _GROWTH


@dataclass(frozen=True, eq=False)
class Prefix:
    """Keys and values of tokens that several rows begin with: one (heads, tokens, size) a layer."""

    ids: tuple[int, ...]
    keys: Sequence[torch.Tensor] = ()
    values: Sequence[torch.Tensor] = ()

    def extended(self, ids: tuple[int, ...], cache: RowCache) -> Prefix:
        """This prefix and what the cache's only row holds after it."""
        width = cache.lengths[0]
        keys = [layer.keys[0, :, :width] for layer in cache.layers]
        values = [layer.values[0, :, :width] for layer in cache.layers]
        if self.ids:
            keys = [torch.cat(pair, dim=1) for pair in zip(self.keys, keys, strict=True)]
            values = [torch.cat(pair, dim=1) for pair in zip(self.values, values, strict=True)]
        return Prefix(ids, keys, values)


Rows = torch.Tensor | slice  # which rows of a forward pass


@dataclass
class Batch:
    """What the rows of one forward pass see: their own columns, and a prefix for each group of rows.

    `columns` (rows, tokens) are those that are being written. Masks are additive, with a row for each of the
    `folds` query heads that share a key head; they are made once for each sliding window among the layers.
    """

    columns: torch.Tensor
    groups: Sequence[tuple[Prefix, Rows]]
    _masks: dict[tuple[int | None, int | None], torch.Tensor] = field(default_factory=dict)

    def own_mask(self, width: int, window: int | None, folds: int) -> torch.Tensor:
        """(rows, 1, folds * tokens, width): a token sees what is before it in its slot."""
        if (None, window) not in self._masks:
            distance = self.columns[:, :, None] - torch.arange(width, device=self.columns.device)
            seen = (distance >= 0) & (distance < window) if window else distance >= 0
            self._masks[None, window] = self._additive(seen, folds)[:, None]
        return self._masks[None, window]

    def prefix_mask(self, group: int, window: int | None, folds: int) -> torch.Tensor | None:
        """(rows of the group * folds * tokens, prefix); None where every token sees the whole prefix."""
        if window is None:
            return None
        if (group, window) not in self._masks:
            prefix, rows = self.groups[group]
            before = torch.arange(len(prefix.ids), 0, -1, device=self.columns.device)
            near = self.columns[rows][:, :, None] + before < window
            self._masks[group, window] = self._additive(near, folds).flatten(0, 1)
        return self._masks[group, window]

    def _additive(self, seen: torch.Tensor, folds: int) -> torch.Tensor:
        zeros = torch.zeros(seen.shape, device=seen.device)
        return zeros.masked_fill_(~seen, torch.finfo(zeros.dtype).min).repeat(1, folds, 1)


def attend(
    module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: None,
    scaling: float,
    batch: Batch,
    softcap: float | None = None,
    sliding_window: int | None = None,
    s_aux: torch.Tensor | None = None,
    **_: Any,
) -> tuple[torch.Tensor, None]:
    """Softmax attention over the rows' prefixes and each row's own columns.

    `query` (rows, heads, tokens, size); `key` and `value` (rows, key heads, columns, size). The query heads
    that share a key head are folded into its rows, so that keys and values are never repeated. The two parts
    are attended to apart and merged by their normalisers, as FlashAttention does with its blocks (arXiv
    2205.14135, section 3.1).
    """
    if s_aux is not None:
        raise UserError("attention with sinks cannot be run by policy=transformers; use policy=vllm.")
    heads, tokens, width = key.shape[1], query.shape[2], key.shape[2]
    folded = (query * scaling).unflatten(1, (heads, -1))  # rows, key heads, folds, tokens, size
    folds, folded = folded.shape[2], folded.flatten(2, 3)
    out, normaliser = _part(folded, key, value, batch.own_mask(width, sliding_window, folds), softcap)
    layer: int = module.layer_idx  # type: ignore[assignment]
    for number, (prefix, rows) in enumerate(batch.groups):
        mask = batch.prefix_mask(number, sliding_window, folds)
        by_head = folded[rows].transpose(0, 1)  # key heads first: one product for all rows of the group
        parts = _part(by_head.flatten(1, 2), prefix.keys[layer], prefix.values[layer], mask, softcap)
        shared, other = (part.unflatten(1, by_head.shape[1:3]).transpose(0, 1) for part in parts)
        out[rows] = torch.lerp(out[rows], shared, torch.sigmoid(other - normaliser[rows]))
    return out.to(query.dtype).unflatten(2, (-1, tokens)).flatten(1, 2).transpose(1, 2).contiguous(), None


def _part(
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    mask: torch.Tensor | None,
    softcap: float | None,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Attention to some of the columns, and the logarithm of its normaliser (…, 1), both in float32."""
    scores = (query @ key.transpose(-1, -2)).float()
    if softcap is not None:
        scores.div_(softcap).tanh_().mul_(softcap)
    if mask is not None:
        scores += mask
    highest = scores.amax(-1, keepdim=True)
    total = scores.sub_(highest).exp_().sum(-1, keepdim=True)
    return (scores.to(value.dtype) @ value).float().div_(total), total.log_().add_(highest)


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
    """`attend` makes its masks from the batch, none needs to be made."""


AttentionInterface.register(NAME, attend)
AttentionMaskInterface.register(NAME, _given)
