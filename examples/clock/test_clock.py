"""The conformance checks, inherited."""

from envisions.testing import EnvironmentContract


class TestClock(EnvironmentContract):
    config = {"_target_": "envisions_clock.ClockEnvironment", "n_train": 40, "n_test": 40}
