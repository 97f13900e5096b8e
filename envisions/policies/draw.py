"""How a token is drawn: by its request's own numbers, whoever is decoded beside it."""

from __future__ import annotations

import torch

from envisions.errors import UserError

_LOGITS = 2**20  # worked on at once: what stays in a processor's cache is read several times at no cost
_BLOCK = 256  # tokens whose probabilities are added up before one of them is looked for


def draw(
    logits: torch.Tensor, noise: torch.Tensor, temperatures: torch.Tensor
) -> tuple[list[int], list[float]]:
    """A token for each row of `logits` (rows, vocabulary), and its log-probability at temperature 1.

    The row's cumulative distribution is inverted at its number in [0, 1), `noise`; at temperature 0 the
    likeliest token is taken. Raises `UserError` where logits are NaN or infinite.
    """
    size = max(1, _LOGITS // logits.shape[1])
    parts = zip(logits.split(size), noise.split(size), temperatures.split(size), strict=True)
    tokens, logprobs = zip(*(_draw(*part) for part in parts), strict=True)
    return torch.cat(tokens).tolist(), torch.cat(logprobs).tolist()


def uniform(seed: int, n: int) -> torch.Tensor:
    """The numbers that a request's tokens are drawn by."""
    return torch.rand(n, generator=torch.Generator().manual_seed(seed))


def _draw(
    logits: torch.Tensor, noise: torch.Tensor, temperatures: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    highest = logits.amax(-1, keepdim=True)
    if not bool(highest.isfinite().all()):
        raise UserError(
            "the model's logits are not finite: its weights are damaged, or overflow the number format"
            " that they run in; set policy.dtype=float32, or choose another model."
        )
    centred = logits.float() - highest
    sampled = temperatures > 0
    if bool(sampled.any()):
        tokens = _invert((centred / temperatures.where(sampled, 1.0)[:, None]).exp_(), noise)
    if not bool(sampled.all()):
        likeliest = logits.argmax(-1)
        tokens = tokens.where(sampled, likeliest) if bool(sampled.any()) else likeliest
    logprobs = centred.gather(1, tokens[:, None])[:, 0] - centred.exp_().sum(-1).log()
    return tokens, logprobs


def _invert(weights: torch.Tensor, noise: torch.Tensor) -> torch.Tensor:
    """The token in which each row's share of its total weight falls: its block first, then it."""
    blocks = torch.nn.functional.pad(weights, (0, -weights.shape[1] % _BLOCK)).unflatten(1, (-1, _BLOCK))
    ends = blocks.sum(-1).cumsum(-1)
    target = noise[:, None] * ends[:, -1:]
    block = _first_above(ends, target)
    before = ends.gather(1, (block - 1).clamp_min(0)).where(block > 0, 0.0)
    within = blocks.gather(1, block[:, :, None].expand(-1, -1, _BLOCK))[:, 0].cumsum(-1)
    return (block * _BLOCK + _first_above(within, target - before))[:, 0]


def _first_above(ends: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Where a cumulative sum first exceeds `target`, (rows, 1); by rounding nowhere: the last that adds."""
    below = torch.nextafter(ends[:, -1:], torch.zeros_like(target))
    return torch.searchsorted(ends, target.minimum(below), right=True)
