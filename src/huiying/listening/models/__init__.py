"""What was heard, from where, and who listened. No table here is keyed by a citizen (INV-10)."""

from huiying.listening.models.core import (
    HandEntry,
    Import,
    Message,
    PictureReading,
    Post,
    PostAttachment,
    RejectedRow,
    StaffReport,
)
from huiying.listening.models.sources import (
    ClassNote,
    EmergencyWatch,
    Evidence,
    PatrolCard,
    PatrolPoint,
    Source,
    SourceCheck,
    SourceHost,
    SourcePage,
)

__all__ = [
    "ClassNote",
    "EmergencyWatch",
    "Evidence",
    "HandEntry",
    "Import",
    "Message",
    "PatrolCard",
    "PatrolPoint",
    "PictureReading",
    "Post",
    "PostAttachment",
    "RejectedRow",
    "Source",
    "SourceCheck",
    "SourceHost",
    "SourcePage",
    "StaffReport",
]
