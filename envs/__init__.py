"""Environments that ship with Envisions, each a plug-in like any outsider's."""
