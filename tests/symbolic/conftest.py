"""An executor that runs this package's own functions, shared by the tests that need one."""

from __future__ import annotations

import pytest

from symbolic import Executor
from symbolic.jobs import LIMITS


@pytest.fixture(scope="session")
def executor():
    with Executor(limits=LIMITS) as executor:
        yield executor
