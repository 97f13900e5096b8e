"""Keeps the training libraries off the terminal: the run has one progress display of its own."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def quiet() -> Iterator[None]:
    """No bars, no remarks, no trackers; errors still raise."""
    import datasets
    from transformers import utils

    logging: Any = utils.logging  # untyped
    level = logging.get_verbosity()
    before = os.environ.get("TQDM_DISABLE")
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    datasets.disable_progress_bars()
    os.environ["TQDM_DISABLE"] = "1"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.set_verbosity(level)
        logging.enable_progress_bar()
        datasets.enable_progress_bars()
        if before is None:
            del os.environ["TQDM_DISABLE"]


def progress_callback(advance: Callable[[float], None]) -> Any:
    """A trainer callback that reports each step as a share of all, those of an earlier start at once."""
    from transformers import TrainerCallback

    class Progress(TrainerCallback):  # type: ignore[misc, unused-ignore]
        def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            advance(state.global_step / state.max_steps)

        def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            advance(1 / state.max_steps)

    return Progress()
