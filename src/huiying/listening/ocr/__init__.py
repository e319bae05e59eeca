"""Text out of pictures, as a draft that a person corrects; the extra `[ocr]` (C5.7, C5.13)."""
