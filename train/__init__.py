"""What turns rows into weights, on TRL, peft and accelerate. Heavy imports happen when a stage runs."""

from train.trainer import Lora, Preference, Stage, Trainer

__all__ = ["Lora", "Preference", "Stage", "Trainer"]
