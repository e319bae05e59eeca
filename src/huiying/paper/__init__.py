"""Paper: pages, numbers and stamps as DOCX, PDF and text. It knows pages and nothing of what stands on them."""
