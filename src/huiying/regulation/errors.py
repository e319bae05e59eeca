"""What can be wrong with a regulation file or a question about it, said for people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong in one place.

    ``line`` counts from 1; ``key`` is the dotted path of the value (empty for the file as a whole);
    ``message`` says what is wrong and what was expected, ``fix`` what to write; ``en`` says all of it in
    English.
    """

    file: str
    line: int
    key: str
    message: str
    fix: str
    en: str = ""

    def __str__(self) -> str:
        place = f"{self.file} 第{self.line}行"
        if self.key:
            place += f" {self.key}"
        return f"{place}：{self.message}。{self.fix}"


class RegulationError(Exception):
    """A regulation file was refused; ``problems`` holds everything found, in file order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(sorted(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class UsageError(ValueError):
    """A question that cannot be answered as put; the text is one sentence for the person who put it."""
