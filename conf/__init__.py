"""Hydra configuration: one folder a group, one file a choice."""
