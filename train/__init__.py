"""What turns rows into weights, on TRL, peft and accelerate. Heavy imports happen when a stage runs."""

from train.stage import Lora, Preference, Stage
from train.trainer import Trainer

__all__ = ["Lora", "Preference", "Stage", "Trainer"]
