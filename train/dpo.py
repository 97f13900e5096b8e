"""TRL's DPO trainer over token ids, where TRL itself would tokenise text anew."""

from __future__ import annotations

from functools import partial
from typing import Any

from datasets import Dataset
from trl import DPOTrainer

from train.prefixes import SharedPrefixes


class SharedDPOTrainer(SharedPrefixes, DPOTrainer):
    """Takes a data set with `prompt_ids`, `chosen_ids` and `rejected_ids`, which it trains on as they are.
    Both sides share their prompt."""

    def _prepare_dataset(self, dataset: Dataset, *args: Any, **kwargs: Any) -> Dataset:
        return dataset

    def compute_ref_log_probs(self, model: Any, *args: Any) -> Any:
        return super().compute_ref_log_probs(partial(self.scorer, model), *args)  # type: ignore[no-untyped-call]
