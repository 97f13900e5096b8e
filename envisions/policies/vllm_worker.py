"""What is added to vLLM's worker, in whose process this runs: whole checkpoints, and an end with the run.

Never imports torch or vLLM itself.
"""

from __future__ import annotations

import os
import select
import signal
from threading import Thread
from typing import Any


class WorkerExtension:
    """Mixed into the worker by `worker_extension_cls`."""

    reload_weights: Any
    model_runner: Any

    def end_with(self, client: int) -> None:
        """Ends the engine when the process `client` has ended, killed or not: vLLM 0.32 would stay and
        hold its memory. A client killed while the engine starts is not noticed."""
        gone = select.poll()
        gone.register(os.pidfd_open(client), select.POLLIN)
        core = os.getppid()  # the client itself where engine and worker are one process

        def wait() -> None:
            gone.poll()
            if core != client:
                os.kill(core, signal.SIGKILL)
            os._exit(1)

        Thread(target=wait, daemon=True).start()

    def read_weights(self, folder: str) -> None:
        """Replaces the weights by those in `folder`, a checkpoint of the same shape.

        vLLM 0.32 processes only layers whose weights it finds in the checkpoint. A head that shares the
        embedding's is not among them, and on a CPU would go on with a packed copy of the old weights.
        """
        self.reload_weights(weights_path=folder)
        for layer in self.model_runner.get_model().modules():
            if hasattr(layer, "tie_weights") and hasattr(layer, "quant_method"):
                layer.quant_method.process_weights_after_loading(layer)
