"""What is wrong, where, and what was expected: the one form in which every fault reaches a person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal


@dataclass(frozen=True, order=True)
class Finding:
    """One fault in one place. `line` counts from 1; 0 means the file as a whole."""

    path: Path
    line: int
    what: str
    expected: str
    severity: Literal["error", "warning"] = "error"
    rule: str = ""  # short name of the rule, so that a caller can treat one rule differently

    def __str__(self) -> str:
        prefix = "warning: " if self.severity == "warning" else ""
        return f"{self.path}:{self.line}: {prefix}{self.what}; expected {self.expected}"


class SiteError(Exception):
    """One or more findings that stop the work; its text is one finding a line."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(sorted(findings))
        super().__init__("\n".join(map(str, self.findings)))
