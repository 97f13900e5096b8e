"""TRL's DPO trainer over token ids, where TRL itself would tokenise text anew, every shared prefix computed once."""

from __future__ import annotations

from typing import Any

from datasets import Dataset
from trl import DPOTrainer

from train.prefixes import SharedPrefixes


class SharedDPOTrainer(SharedPrefixes, DPOTrainer):
    """Takes a data set with `prompt_ids`, `chosen_ids` and `rejected_ids`, which it trains on as they are."""

    def _prepare_dataset(self, dataset: Dataset, *args: Any, **kwargs: Any) -> Dataset:
        return dataset
