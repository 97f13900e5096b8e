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

from envisions.conformance import CHECKS, Check, Examination, Subject, executor_for


class EnvironmentContract:
    """One test a check. `config` is what a file in `conf/env` would hold."""

    config: ClassVar[Mapping[str, Any]]

    @pytest.fixture(scope="class")
    @classmethod
    def subject(cls) -> Iterator[Subject]:
        with executor_for(cls.config) as executor:
            subject = Subject(cls.config, executor)
            yield subject
            if subject.made:
                subject.environment.close()

    @pytest.fixture(scope="class")
    @classmethod
    def examination(cls, subject: Subject) -> Examination:
        return Examination(subject)

    @pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
    def test_conforms(self, check: Check, examination: Examination) -> None:
        outcome = examination.ask(check)
        if outcome.status in ("skip", "not seen", "not reached"):
            pytest.skip(f"{outcome.status}: {outcome.note}")
        if outcome.status == "fail":
            pytest.fail(f"{outcome.note}\n{outcome.example}")
