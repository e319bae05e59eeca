"""The regulation as data: schema, loader, calendar, deadlines. Pure Python; the other rooms ask, this one
answers.
"""

from huiying.regulation.errors import Problem, RegulationError, UsageError
from huiying.regulation.loader import check, load, loads
from huiying.regulation.regulation import Regulation

__all__ = ["Problem", "Regulation", "RegulationError", "UsageError", "check", "load", "loads"]
