"""TRL's SFT trainer, every shared prefix computed once."""

from __future__ import annotations

from trl import SFTTrainer

from train.prefixes import SharedPrefixes


class SharedSFTTrainer(SharedPrefixes, SFTTrainer):
    """Takes a data set with `input_ids` and `completion_mask`."""
