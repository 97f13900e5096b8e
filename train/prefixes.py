"""Rows that begin alike go through the model once: as a tree of their tokens, in one sequence.

TRL's trainers hand a model padded rows and get the log-probabilities of the tokens to be learned. Between the
two stands `PrefixScorer`: it merges a micro batch into a `PrefixTree`, lets every token see its own ancestors
alone, and computes logits only where a learned token follows. Values and gradients are those of the rows one
by one, up to rounding; losses stay TRL's own. `SharedPrefixes`, mixed into a trainer of TRL's, puts it there
for the policy and for the reference, and keeps a task's rows together, so that there is something to share.

Rows go through as TRL sends them where that is cheaper, and where the model gives other values for a tree:
recurrent layers, an attention that takes no such mask or looks back a limited way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property, partial
from typing import Any

import torch
from torch import Tensor
from transformers import Trainer
from trl.trainer.utils import FusedCausalLMOutput

from train.order import TaskSampler
from train.tree import PrefixTree, grow

IGNORED = -100  # the label of a token that is not learned, as everywhere in transformers


class PrefixScorer:
    """Takes a model's place in a TRL trainer that calls it with `labels` and `fused_lm_head=True`.

    `config` is the model's. A model is able if its first micro batch's log-probabilities, as a tree and row
    by row, differ by at most `tolerance` nats a token in the mean. `counts` adds up, where gradients are
    wanted, the tokens "read" (each row's) and those "computed" (positions that went through the model).
    """

    def __init__(self, config: Any, tolerance: float) -> None:
        self._config, self._tolerance = config, tolerance
        self.able: bool | None = None  # not tried yet
        self.counts: Counter[str] = Counter()

    def __call__(
        self, model: Any, *, input_ids: Tensor, attention_mask: Tensor, labels: Tensor, **options: Any
    ) -> Any:
        """`input_ids`, `attention_mask`, `labels`: (rows, length), padded on the right."""
        lengths = attention_mask.sum(dim=1).tolist()
        # A row's last token is learned, if at all, and predicts nothing.
        tree = grow([ids[: n - 1] for ids, n in zip(input_ids.tolist(), lengths, strict=True)])
        whole = {"input_ids": input_ids, "attention_mask": attention_mask, "labels": labels, **options}
        shared = self._pays(tree, input_ids.shape) and self._is_able(model, tree, whole)
        if torch.is_grad_enabled():
            self.counts["read"] += sum(lengths)
            self.counts["computed"] += len(tree.tokens) if shared else input_ids.numel()
        return _score(model, tree, labels, options) if shared else model(**whole)

    def _pays(self, tree: PrefixTree, shape: torch.Size) -> bool:
        """Whether the tree takes fewer operations: a token costs 24 · hidden² in a layer's matrices, and
        4 · hidden for each position that the mask is computed for."""
        rows, length = shape
        matrices, nodes = 6 * self._config.hidden_size, len(tree.tokens)
        return bool(nodes * (matrices + nodes) <= rows * length * (matrices + length))

    def _is_able(self, model: Any, tree: PrefixTree, whole: Mapping[str, Any]) -> bool:
        """A limit on how far a token looks back counts positions in the sequence, not in the row."""
        limits = (getattr(self._config, name, None) for name in ("sliding_window", "attention_chunk_size"))
        if any(limit and limit < len(tree.tokens) for limit in limits):
            return False
        if "output_router_logits" in whole:  # a loss over all tokens, which the tree has fewer of
            return False
        if self.able is None:
            self.able = self._agrees(model, tree, **whole)
        return self.able

    def _agrees(self, model: Any, tree: PrefixTree, *, labels: Tensor, **rest: Any) -> bool:
        options = {key: value for key, value in rest.items() if key not in ("input_ids", "attention_mask")}
        with torch.no_grad(), _evaluating(model):
            expected = model(labels=labels, **rest).log_probs
            try:
                found = _score(model, tree, labels, options).log_probs
            except torch.OutOfMemoryError:  # no word about the model
                raise
            except (TypeError, ValueError, RuntimeError, IndexError):  # other arguments, other shapes
                return False
        learned = (labels[:, 1:] != IGNORED).sum().clamp(min=1)
        return bool((found - expected).abs().sum() / learned <= self._tolerance)


def _score(model: Any, tree: PrefixTree, labels: Tensor, options: Mapping[str, Any]) -> FusedCausalLMOutput:
    """The log-probability of every learned token, (rows, length - 1) like TRL's, zero elsewhere."""
    place = labels.device
    learned = labels[:, 1:] != IGNORED
    paths = [torch.tensor(path + [0] * (learned.shape[1] - len(path))) for path in tree.paths]
    predictors, which = torch.stack(paths).to(place)[learned].unique(return_inverse=True)
    logits = model(
        input_ids=torch.tensor([tree.tokens], device=place),
        position_ids=torch.tensor([tree.depths], device=place),
        attention_mask=tree.ancestry()[None, None].to(place),
        logits_to_keep=predictors,
        **{key: value for key, value in options.items() if key != "fused_lm_head"},
    ).logits[0]
    exact = torch.promote_types(logits.dtype, torch.float32)
    values = logits.log_softmax(-1, dtype=exact)[which, labels[:, 1:][learned]]
    nobody_reads = torch.zeros_like(learned)
    return FusedCausalLMOutput(
        log_probs=values.new_zeros(learned.shape).masked_scatter(learned, values),
        label_mask=learned,
        entropy=nobody_reads,
        mean_logits=nobody_reads,
        is_top1=nobody_reads,
    )


@contextmanager
def _evaluating(model: Any) -> Iterator[None]:
    """Without dropout."""
    training = model.training
    model.eval()
    try:
        yield
    finally:
        model.train(training)


class SharedPrefixes(Trainer):
    """Mixed into a trainer of TRL's, before it; `tasks` names the task of every row of the training set."""

    def __init__(self, *args: Any, tasks: Sequence[str], **kwargs: Any) -> None:
        self._tasks = tasks
        super().__init__(*args, **kwargs)

    @cached_property
    def scorer(self: Any) -> PrefixScorer:
        rounds = self.args.bf16 or self.args.fp16
        return PrefixScorer(self.model.config.get_text_config(), tolerance=0.1 if rounds else 1e-3)

    def compute_loss(self: Any, model: Any, *args: Any, **kwargs: Any) -> Any:
        scored: Any = partial(self.scorer, model)
        return super().compute_loss(scored, *args, **kwargs)

    def _get_train_sampler(self: Any, *_: Any) -> TaskSampler:
        return TaskSampler(self._tasks, self.args.data_seed)

    def log(self: Any, logs: dict[str, float], *args: Any) -> None:
        """The step's tokens, in all processes, instead of TRL's metrics, which nobody reads."""
        counts = [self.scorer.counts.pop(name, 0) for name in ("read", "computed")]
        read, computed = self.accelerator.reduce(torch.tensor(counts, device=self.args.device)).tolist()
        self._metrics["train"].clear()
        super().log({**logs, "read": read, "computed": computed}, *args)
