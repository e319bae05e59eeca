"""What was heard, from where, and who listened. No table here is keyed by a citizen (INV-10)."""

from huiying.listening.models.core import (
    HandEntry as HandEntry,
    Import as Import,
    Message as Message,
    PictureReading as PictureReading,
    Post as Post,
    PostAttachment as PostAttachment,
    RejectedRow as RejectedRow,
    StaffReport as StaffReport,
)
from huiying.listening.models.sources import (
    ClassNote as ClassNote,
    EmergencyWatch as EmergencyWatch,
    Evidence as Evidence,
    PatrolCard as PatrolCard,
    PatrolPoint as PatrolPoint,
    Source as Source,
    SourceCheck as SourceCheck,
    SourceHost as SourceHost,
    SourcePage as SourcePage,
)
