"""The answer to "is it right?": three-valued, with the certificate that shows why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

VerdictName = Literal["right", "wrong", "unknown"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """`certificate` is JSON: how the verdict was reached, enough to check it again without the model."""

    verdict: VerdictName
    certificate: Mapping[str, Any] = field(default_factory=dict)

    @property
    def right(self) -> bool:
        return self.verdict == "right"
