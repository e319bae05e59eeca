"""The regulation as data: schema, loader, calendar, deadlines. Pure Python; the other rooms ask, this one
answers.
"""

from huiying.regulation.errors import Problem as Problem, RegulationError as RegulationError, UsageError as UsageError
from huiying.regulation.loader import check as check, load as load, loads as loads
from huiying.regulation.regulation import Regulation as Regulation
