"""How a token is drawn: by its request's own numbers, so that it does not depend on who is decoded beside it."""

from __future__ import annotations

import torch


def draw(
    logits: torch.Tensor, noise: torch.Tensor, temperatures: torch.Tensor
) -> tuple[list[int], list[float]]:
    """A token for each row of `logits` (rows, vocabulary), and its log-probability at temperature 1.

    The row's cumulative distribution is inverted at its number in [0, 1), `noise`; at temperature 0 the
    likeliest token is taken.
    """
    centred = logits.float() - logits.amax(-1, keepdim=True)
    sampled = temperatures > 0
    if bool(sampled.any()):
        divisor = temperatures.where(sampled, 1.0)[:, None]
        cumulative = (centred / divisor).exp_().cumsum(-1)
        target = noise[:, None] * cumulative[:, -1:]
        tokens = torch.searchsorted(cumulative, target, right=True)[:, 0].clamp_max(logits.shape[-1] - 1)
    if not bool(sampled.all()):
        likeliest = centred.argmax(-1)
        tokens = tokens.where(sampled, likeliest) if bool(sampled.any()) else likeliest
    logprobs = centred.gather(1, tokens[:, None])[:, 0] - centred.exp_().sum(-1).log()
    return tokens.tolist(), logprobs.tolist()


def uniform(seed: int, n: int) -> torch.Tensor:
    """The numbers that a request's tokens are drawn by."""
    return torch.rand(n, generator=torch.Generator().manual_seed(seed))
