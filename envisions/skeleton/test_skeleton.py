"""The checks of Envisions, inherited: one test each."""

from envisions.testing import EnvironmentContract


class TestSkeleton(EnvironmentContract):
    config = {"_target_": "envisions_skeleton.SkeletonEnvironment", "n_train": 40, "n_test": 40}
