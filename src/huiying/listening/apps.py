from django.apps import AppConfig


class ListeningConfig(AppConfig):
    name = "huiying.listening"
    label = "listening"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from huiying.listening import coverage_sources, import_loop, kept, later, leaving, patrol_loop  # noqa: F401  registers what the loop does and what is kept
        from huiying.listening.ocr import later as reading  # noqa: F401
        from huiying.listening.search import later as indexing  # noqa: F401
