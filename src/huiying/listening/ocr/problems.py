"""Why a picture was not read. Codes; the desk has the sentences."""

from typing import Final

TOO_LARGE: Final = "too_large"  # more pixels than are opened
UNREADABLE: Final = "unreadable"  # the file is damaged
NOTHING: Final = "nothing"  # no text was found on it
TOO_SLOW: Final = "too_slow"  # stopped at the deadline
NOT_A_PICTURE: Final = "not_a_picture"  # a PDF
BROKE: Final = "broke"  # the reader itself failed

ALL: Final = frozenset({TOO_LARGE, UNREADABLE, NOTHING, TOO_SLOW, NOT_A_PICTURE, BROKE})
