"""What is added to vLLM's worker: a checkpoint read into it is read whole.

Runs inside the worker, which vLLM starts and names this class to; it never imports torch or vLLM itself.
"""

from __future__ import annotations

from typing import Any


class WeightReader:
    """Mixed into the worker by `worker_extension_cls`."""

    reload_weights: Any
    model_runner: Any

    def read_weights(self, folder: str) -> None:
        """Replaces the weights by those in `folder`, a checkpoint of the same shape.

        vLLM 0.32 processes only layers whose weights it finds in the checkpoint. A head that shares the
        embedding's is not among them, and on a CPU would go on with a packed copy of the old weights.
        """
        self.reload_weights(weights_path=folder)
        for layer in self.model_runner.get_model().modules():
            if hasattr(layer, "tie_weights"):
                layer.quant_method.process_weights_after_loading(layer)
