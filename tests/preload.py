"""What the fork server of `tests.launch` imports once: nothing here may start a thread or compute."""

import scipy.stats  # noqa: F401
import trl.trainer.dpo_trainer
import trl.trainer.sft_trainer  # noqa: F401

import envisions.loop
import envisions.policies.decode
import envisions.runs.open  # noqa: F401
