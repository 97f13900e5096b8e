"""Batched sampling with per-token log-probabilities, on transformers' public cache API.

What prompts begin with alike is computed and stored once, equal prompts are computed once, a row that ends
makes room for the next request, and every request has its own random stream. Where few rows are left, each
looks some tokens ahead (`drafts`): fewer forward passes, and the same tokens.

It does not cover beam search, nucleus sampling, or prompts that outgrow the model's context.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from envisions.models import context
from envisions.policies.completions import completion_text, decoded
from envisions.policies.drafts import Drafts
from envisions.policies.draw import draw, uniform
from envisions.policies.prefixes import Ids, find_prefixes
from envisions.policies.protocol import Completion, OnCompletion, Request, Sampling
from envisions.policies.shared_prefix import NAME, Batch, Prefix, RowCache, Rows, check_supported
from envisions.records import Finish

_FORWARD_TOKENS = 1024  # prompt tokens in one forward pass: bounds memory, and is compute-bound already
_SCORED_TOKENS = 512  # the same where every token has logits
_REFILL = 8  # new rows come when this part of all is free: single ones would be read at a low speed
_AHEAD = 4  # tokens that a row looks ahead at most,
_STEP_TOKENS = 32  # as long as a step has no more than these, which cost little more than one
_TAIL = 16  # how many of the last tokens are searched for a stop string


@dataclass(slots=True)
class _Row:
    """A completion being written."""

    place: int  # which request it answers
    text: list[int]  # prompt and completion; the last token is not yet in the cache
    start: int  # where the completion begins
    prefix: Prefix
    noise: torch.Tensor  # uniform numbers, one a token, from the request's own stream; none beyond the last
    temperature: float
    logprobs: list[float] = field(default_factory=list)
    drafted: int = 0  # tokens of the text that drafts are made from
    finish: Finish | None = None


class Decoder:
    """Draws and scores completions with one model; `rows` are decoded together."""

    def __init__(self, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, rows: int = 192) -> None:
        check_supported(model)
        model.set_attn_implementation(NAME)
        self._model, self._tokenizer, self._device = model.eval(), tokenizer, model.device
        ends = model.generation_config.eos_token_id if model.generation_config else None
        self._ends = {*(ends if isinstance(ends, list) else [ends]), tokenizer.eos_token_id} - {None}
        self._rows = rows
        self._root = Prefix(())
        self._prefixes: dict[tuple[Prefix, Ids], Prefix] = {}
        self._last_position = context(model.config) - 1

    @torch.inference_mode()
    def generate(
        self, requests: Sequence[Request], sampling: Sampling, on_completion: OnCompletion | None = None
    ) -> list[Completion]:
        """One completion a request, in order."""
        prefixes = self._share([request.prompt_ids for request in requests])
        waiting = deque(sorted(range(len(requests)), key=lambda i: requests[i].prompt_ids))
        slots = min(self._rows, len(requests))
        cache, rows, drafts = RowCache(self._model, slots), list[_Row](), Drafts()
        done: dict[int, Completion] = {}
        while waiting or rows:
            if waiting and len(rows) <= slots - max(1, slots // _REFILL):
                places = [waiting.popleft() for _ in range(min(slots - len(rows), len(waiting)))]
                places.sort(key=lambda i: len(requests[i].prompt_ids))
                self._read(cache, [requests[i].prompt_ids for i in places], prefixes)
                rows += [_row(i, requests[i], prefixes, sampling) for i in places]
            self._step(cache, rows, drafts, sampling)
            ended = {slot for slot, row in enumerate(rows) if row.finish}
            for row in [rows[slot] for slot in sorted(ended)]:
                _learn(drafts, row)
                done[row.place] = self._completion(row, sampling)
                if on_completion:
                    on_completion(row.place, done[row.place])
            rows = [rows[i] for i in cache.drop(ended)]
        return [done[i] for i in range(len(requests))]

    @torch.inference_mode()
    def score(self, pairs: Sequence[tuple[Ids, Ids]]) -> list[tuple[float, ...]]:
        """Log-probabilities of each completion's tokens after its prompt, at temperature 1."""
        prefixes = self._share([prompt for prompt, _ in pairs])
        order = sorted(range(len(pairs)), key=lambda i: pairs[i][0])
        scores: dict[int, tuple[float, ...]] = {}
        for part in _parts([len(pairs[i][1]) for i in order], _SCORED_TOKENS):
            places = [order[i] for i in part]
            prompts, completions = zip(*(pairs[i] for i in places), strict=True)
            cache = RowCache(self._model, len(places))
            self._read(cache, prompts, prefixes)
            texts = [
                (prompt[-1], *completion) for prompt, completion in zip(prompts, completions, strict=True)
            ]
            logits = self._forward(cache, [text[:-1] for text in texts], [prefixes[p] for p in prompts])
            wanted = _rectangle([text[1:] for text in texts], self._device)
            logprobs = logits.float().log_softmax(-1).gather(2, wanted[:, :, None])[:, :, 0].tolist()
            for i, values, completion in zip(places, logprobs, completions, strict=True):
                scores[i] = tuple(values[: len(completion)])
        return [scores[i] for i in range(len(pairs))]

    def _share(self, prompts: Sequence[Ids]) -> dict[Ids, Prefix]:
        """The computed prefix of each prompt. They are kept for the next call, which may begin alike; one is
        the same only where it grew from the same, since its last digits depend on that."""
        chosen: dict[Ids, Prefix] = {}
        kept: dict[tuple[Prefix, Ids], Prefix] = {}
        for ids, members in find_prefixes(prompts):
            grown = (chosen.get(members[0], self._root), ids)
            kept[grown] = self._prefixes.get(grown) or self._extend(*grown)
            chosen.update(dict.fromkeys(members, kept[grown]))
        self._prefixes = kept
        return chosen

    def _extend(self, parent: Prefix, ids: Ids) -> Prefix:
        """Reads what `ids` has beyond its parent."""
        cache = RowCache(self._model, 1)
        cache.lengths = [0]
        own = ids[len(parent.ids) :]
        for start in range(0, len(own), _FORWARD_TOKENS):
            part = own[start : start + _FORWARD_TOKENS]
            self._forward(cache, [part], [parent], logits=False)
            cache.lengths[0] += len(part)
        return parent.extended(ids, cache) if own else parent

    def _read(self, cache: RowCache, prompts: Sequence[Ids], prefixes: dict[Ids, Prefix]) -> None:
        """Gives each prompt a slot with all but its last token; each distinct one is run once. Equal prompts
        stand together, by length where there is a choice."""
        distinct = list(dict.fromkeys(prompts))
        own = [prompt[len(prefixes[prompt].ids) : -1] for prompt in distinct]
        for part in _parts([len(ids) for ids in own], _FORWARD_TOKENS):
            source = RowCache(self._model, len(part))
            source.lengths = [0] * len(part)
            if any(own[i] for i in part):
                self._forward(
                    source, [own[i] for i in part], [prefixes[distinct[i]] for i in part], logits=False
                )
            source.lengths = [len(own[i]) for i in part]
            places = {distinct[i]: row for row, i in enumerate(part)}
            cache.add(source, [places[prompt] for prompt in prompts if prompt in places])

    def _step(self, cache: RowCache, rows: Sequence[_Row], drafts: Drafts, sampling: Sampling) -> None:
        """Writes a token in each row, and more where its draft comes true."""
        guesses = self._guesses(rows, drafts, sampling)
        texts = [(row.text[-1], *guess) for row, guess in zip(rows, guesses, strict=True)]
        logits = self._forward(cache, texts, [row.prefix for row in rows])
        width = logits.shape[1]
        noise = torch.stack([row.noise[len(row.logprobs) : len(row.logprobs) + width] for row in rows])
        temperatures = torch.tensor([row.temperature for row in rows]).repeat_interleave(width)
        drawn = draw(logits.flatten(0, 1), noise.flatten().to(self._device), temperatures.to(self._device))
        for slot, (row, guess) in enumerate(zip(rows, guesses, strict=True)):
            outcomes = zip(*(values[slot * width :] for values in drawn), strict=True)
            for expected, (token, logprob) in zip([*guess, None], outcomes, strict=False):
                row.text.append(token)
                row.logprobs.append(logprob)
                cache.lengths[slot] += 1
                row.finish = self._finish(row, sampling)
                if row.finish or token != expected:
                    break

    def _guesses(self, rows: Sequence[_Row], drafts: Drafts, sampling: Sampling) -> list[list[int]]:
        ahead = min(_AHEAD, _STEP_TOKENS // len(rows) - 1)
        if ahead < 1:
            return [[] for _ in rows]
        for row in rows:
            _learn(drafts, row)
        left = [sampling.max_new_tokens - len(row.logprobs) for row in rows]
        return [drafts.guess(row.text, min(ahead, n - 1)) for row, n in zip(rows, left, strict=True)]

    def _forward(
        self, cache: RowCache, texts: Sequence[Sequence[int]], prefixes: Sequence[Prefix], logits: bool = True
    ) -> torch.Tensor:
        """Runs each row's text after what its prefix and its slot hold, without adding to the slots' lengths;
        returns the logits (rows, tokens, vocabulary), or the last layer's states without `logits`."""
        ids = _rectangle(texts, self._device)
        columns = cache.open(ids.shape[1], self._device)
        before = torch.tensor([len(prefix.ids) for prefix in prefixes], device=self._device)
        given = {
            "input_ids": ids,
            "position_ids": (before[:, None] + columns).clamp_max(self._last_position),  # padding goes beyond
            "past_key_values": cache,
            "use_cache": True,
            "batch": Batch(columns, _groups(prefixes, self._device)),
        }
        if logits:
            return self._model(**given).logits  # type: ignore[no-any-return]
        return self._model.base_model(**given).last_hidden_state  # type: ignore[no-any-return]

    def _finish(self, row: _Row, sampling: Sampling) -> Finish | None:
        if row.text[-1] in self._ends:
            return "stop"
        if sampling.stop:
            start = max(row.start, len(row.text) - _TAIL)
            tail = decoded(self._tokenizer, row.text[start:])
            if any(stop in tail for stop in sampling.stop):
                return "stop"
        return "length" if len(row.logprobs) == sampling.max_new_tokens else None

    def _completion(self, row: _Row, sampling: Sampling) -> Completion:
        assert row.finish is not None
        ids = tuple(row.text[row.start :])
        text = completion_text(self._tokenizer, ids, sampling.stop)
        return Completion(ids, tuple(row.logprobs), text, row.finish)


def _row(place: int, request: Request, prefixes: dict[Ids, Prefix], sampling: Sampling) -> _Row:
    prefix, ids = prefixes[request.prompt_ids], list(request.prompt_ids)
    noise = torch.nn.functional.pad(uniform(request.seed, sampling.max_new_tokens), (0, _AHEAD))
    return _Row(
        place, ids, len(ids), prefix, noise, sampling.temperature_of(request), drafted=len(prefix.ids)
    )


def _learn(drafts: Drafts, row: _Row) -> None:
    """Later drafts may repeat what the row says."""
    drafts.read(row.text, row.drafted)
    row.drafted = len(row.text)


def _groups(prefixes: Sequence[Prefix], device: torch.device) -> list[tuple[Prefix, Rows]]:
    """The rows of each prefix."""
    rows: defaultdict[Prefix, list[int]] = defaultdict(list)
    for row, prefix in enumerate(prefixes):
        rows[prefix].append(row)
    return [
        (prefix, slice(None) if len(own) == len(prefixes) else torch.tensor(own, device=device))
        for prefix, own in rows.items()
        if prefix.ids
    ]


def _parts(lengths: Sequence[int], tokens: int) -> Iterator[list[int]]:
    """Consecutive indexes whose padded lengths stay within one forward pass's tokens."""
    part, width = list[int](), 0
    for i, length in enumerate(lengths):
        width = max(width, length)
        if part and (len(part) + 1) * width > tokens:
            yield part
            part, width = [], length
        part.append(i)
    if part:
        yield part


def _rectangle(texts: Sequence[Sequence[int]], device: torch.device) -> torch.Tensor:
    """Token ids (rows, longest), with zeros after the shorter texts."""
    width = max(map(len, texts))
    return torch.tensor([[*text, *[0] * (width - len(text))] for text in texts], device=device)
