"""Batched sampling with per-token log-probabilities, on transformers' public cache API.

The tokens that all prompts of a batch share are computed and stored once, equal prompts are computed once,
rows leave the batch as they end, and every request has its own random stream.

It does not cover beam search, nucleus sampling, or prompts that outgrow the model's context.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from envisions.policies.completions import completion_text
from envisions.policies.protocol import Completion, OnCompletion, Request, Sampling
from envisions.policies.shared_prefix import NAME, RowCache, check_supported, masks
from envisions.records import Finish

Ids = tuple[int, ...]
_FORWARD_TOKENS = 2048  # prompt tokens in one forward pass: bounds memory, and is compute-bound already
_TAIL = 16  # how many of the last tokens are searched for a stop string


@dataclass(slots=True)
class _Row:
    """A completion being written."""

    place: int  # which request it answers
    noise: torch.Tensor  # (max_new_tokens,) float32 in [0, 1), from the request's own stream
    ids: list[int] = field(default_factory=list)
    logprobs: list[float] = field(default_factory=list)


class Decoder:
    """Draws and scores completions with one model, on its device and in its dtype; probabilities are taken in
    float32."""

    def __init__(self, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> None:
        check_supported(model)
        model.set_attn_implementation(NAME)
        self._model, self._tokenizer, self._device = model.eval(), tokenizer, model.device
        ends = model.generation_config.eos_token_id if model.generation_config else None
        self._ends = {*(ends if isinstance(ends, list) else [ends]), tokenizer.eos_token_id} - {None}
        self._prefix_ids: Ids = ()
        self._prefix: RowCache | None = None

    @torch.inference_mode()
    def generate(
        self, requests: Sequence[Request], sampling: Sampling, on_completion: OnCompletion | None = None
    ) -> list[Completion]:
        """One completion a request, in order; all requests go through the model as one batch."""
        self._share_prefix([request.prompt_ids for request in requests])
        order = sorted(range(len(requests)), key=lambda i: _by_length(requests[i].prompt_ids))
        cache, logits, pads = self._prefill([requests[i].prompt_ids for i in order])
        rows = [_Row(i, _uniform(requests[i].seed, sampling.max_new_tokens)) for i in order]
        done: dict[int, Completion] = {}
        while True:
            tokens = self._draw(logits, rows, sampling.temperature)
            ended: set[int] = set()
            for slot, row in enumerate(rows):
                if finish := self._finish(row, sampling):
                    ended.add(slot)
                    done[row.place] = self._completion(row, finish, sampling)
                    if on_completion:
                        on_completion(row.place, done[row.place])
            if len(ended) == len(rows):
                return [done[i] for i in range(len(requests))]
            keep = cache.drop(ended, len(rows))
            rows, pads, tokens = [rows[i] for i in keep], pads[keep], tokens[keep]
            logits = self._forward(cache, tokens[:, None], pads)[:, -1]

    @torch.inference_mode()
    def score(self, pairs: Sequence[tuple[Ids, Ids]]) -> list[tuple[float, ...]]:
        """Log-probabilities (nats) of each completion's tokens after its prompt, at temperature 1: one tuple
        a pair, as long as its completion. Completions are padded on the right within a forward pass."""
        self._share_prefix([prompt for prompt, _ in pairs])
        order = sorted(range(len(pairs)), key=lambda i: _by_length(pairs[i][0]))
        scores: dict[int, tuple[float, ...]] = {}
        for part in self._parts([pairs[i][0] + pairs[i][1] for i in order]):
            indexes = [order[i] for i in part]
            cache, first, pads = self._prefill([pairs[i][0] for i in indexes])
            completions = [pairs[i][1] for i in indexes]
            width = max(map(len, completions))
            ids = torch.tensor([c + (0,) * (width - len(c)) for c in completions], device=self._device)
            rest = self._forward(cache, ids, pads, keep=width)[:, :-1]  # the last token predicts nothing
            logprobs = torch.cat([first[:, None], rest], dim=1).float().log_softmax(-1)
            picked = logprobs.gather(2, ids[:, :, None])[:, :, 0].tolist()
            for i, values, completion in zip(indexes, picked, completions, strict=True):
                scores[i] = tuple(values[: len(completion)])
        return [scores[i] for i in range(len(pairs))]

    def _share_prefix(self, prompts: Sequence[Ids]) -> None:
        """Runs what all prompts begin with, once, and keeps it for batches that begin alike."""
        shared = _common_prefix([ids[:-1] for ids in prompts])
        if shared == self._prefix_ids:
            return
        self._prefix_ids, self._prefix = (), None
        cache = RowCache(self._model) if shared else None
        if cache is not None:
            self._forward(cache, *self._padded([shared]))
        self._prefix_ids, self._prefix = shared, cache

    def _prefill(self, prompts: Sequence[Ids]) -> tuple[RowCache, torch.Tensor, torch.Tensor]:
        """Runs each distinct prompt once, then gives every prompt a row. `prompts` come by length.
        Returns the cache, the logits (rows, vocabulary) after each prompt, and the left padding (rows,)."""
        distinct = list(dict.fromkeys(prompts))
        parts, logits, rows = [], [], []
        for part in self._parts(distinct):
            cache = RowCache(self._model)
            ids, pads = self._padded([distinct[i] for i in part])
            last = self._forward(cache, ids, pads)[:, -1]
            places = {distinct[i]: place for place, i in enumerate(part)}
            index = torch.tensor([places[p] for p in prompts if p in places], device=self._device)
            parts.append(cache)
            rows.append(index)
            logits.append(last[index])
        joined = RowCache(self._model)
        joined.gather(parts, rows)
        return joined, torch.cat(logits), self._padded(prompts)[1]

    def _parts(self, texts: Sequence[Ids]) -> Iterator[list[int]]:
        """Consecutive indexes whose padded length stays within one forward pass's tokens."""
        part: list[int] = []
        for i, ids in enumerate(texts):
            if part and (len(part) + 1) * (len(ids) - len(self._prefix_ids)) > _FORWARD_TOKENS:
                yield part
                part = []
            part.append(i)
        if part:
            yield part

    def _padded(self, texts: Sequence[Ids]) -> tuple[torch.Tensor, torch.Tensor]:
        """What follows the shared prefix, (rows, width) int64, padded on the left, and how much padding each
        row has, (rows,) int64."""
        own = [ids[len(self._prefix_ids) :] for ids in texts]
        width = max(map(len, own))
        rows = [(0,) * (width - len(ids)) + ids for ids in own]
        pads = [width - len(ids) for ids in own]
        return torch.tensor(rows, device=self._device), torch.tensor(pads, device=self._device)

    def _forward(self, cache: RowCache, ids: torch.Tensor, pads: torch.Tensor, keep: int = 1) -> torch.Tensor:
        """Logits (rows, `keep`, vocabulary), in the model's dtype, of the last `keep` of `ids` (rows,
        tokens). `pads` (rows,) is the left padding of each row; a row's positions begin behind it."""
        start, tokens, prefix = cache.get_seq_length(), ids.shape[1], len(self._prefix_ids)
        positions = torch.arange(start, start + tokens, device=self._device) - pads[:, None]
        logits: torch.Tensor = self._model(
            input_ids=ids,
            position_ids=prefix + positions.clamp_min(0),
            attention_mask=masks(self._model, prefix, pads, start + tokens, tokens, self._model.dtype),
            past_key_values=cache,
            use_cache=True,
            logits_to_keep=keep,
            prefix=self._prefix,
        ).logits
        return logits

    def _draw(self, logits: torch.Tensor, rows: Sequence[_Row], temperature: float) -> torch.Tensor:
        """Draws a token for each row, (rows,) int64, by inverting its cumulative distribution at the row's
        own number. `logits` (rows, vocabulary) of any float dtype."""
        logits = logits.float()
        if temperature == 0:
            tokens = logits.argmax(-1)
        else:
            cumulative = (logits / temperature).softmax(-1).cumsum(-1)
            noise = torch.stack([row.noise[len(row.ids)] for row in rows]).to(self._device)
            target = (noise * cumulative[:, -1])[:, None]
            tokens = torch.searchsorted(cumulative, target, right=True)[:, 0].clamp_max(logits.shape[-1] - 1)
        logprobs = logits.gather(1, tokens[:, None])[:, 0] - logits.logsumexp(-1)
        for row, token, logprob in zip(rows, tokens.tolist(), logprobs.tolist(), strict=True):
            row.ids.append(token)
            row.logprobs.append(logprob)
        return tokens

    def _finish(self, row: _Row, sampling: Sampling) -> Finish | None:
        if row.ids[-1] in self._ends:
            return "stop"
        if sampling.stop:
            tail = self._tokenizer.decode(row.ids[-_TAIL:], skip_special_tokens=True)
            if any(stop in tail for stop in sampling.stop):
                return "stop"
        return "length" if len(row.ids) == sampling.max_new_tokens else None

    def _completion(self, row: _Row, finish: Finish, sampling: Sampling) -> Completion:
        text = completion_text(self._tokenizer, row.ids, sampling.stop)
        return Completion(tuple(row.ids), tuple(row.logprobs), text, finish)


def _by_length(ids: Ids) -> tuple[int, Ids]:
    return len(ids), ids


def _uniform(seed: int, n: int) -> torch.Tensor:
    return torch.rand(n, generator=torch.Generator().manual_seed(seed))


def _common_prefix(texts: Sequence[Ids]) -> Ids:
    """What all texts begin with: what the first and the last in order of tokens share."""
    first, last = min(texts, default=()), max(texts, default=())
    same = next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))
    return first[:same]
