"""The conformance checks as a pytest class.

The tests of one's own environment inherit it::

    from envisions.testing import EnvironmentContract

    class TestMine(EnvironmentContract):
        config = {"_target_": "my_package.MyEnvironment", "n_train": 64, "n_test": 64}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import pytest

from envisions.conformance import (
    CHECKS,
    Check,
    DefectError,
    NotApplicableError,
    NotSeenError,
    Subject,
    executor_for,
)


class EnvironmentContract:
    """One test a check. `config` is what a file in `conf/env` would hold."""

    config: ClassVar[Mapping[str, Any]]

    @pytest.fixture(scope="class")
    @classmethod
    def subject(cls) -> Iterator[Subject]:
        with executor_for(cls.config) as executor:
            subject = Subject(cls.config, executor)
            yield subject
            subject.environment.close()

    @pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
    def test_conforms(self, check: Check, subject: Subject) -> None:
        try:
            check.examine(subject)
        except NotApplicableError as reason:
            pytest.skip(str(reason))
        except NotSeenError as remedy:
            pytest.skip(f"not seen: {remedy}")
        except DefectError as defect:
            pytest.fail(f"{defect.what}\n{defect.example}")
