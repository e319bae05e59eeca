from django.apps import AppConfig

from huiying.kernel import starting


class ListeningConfig(AppConfig):
    name = "huiying.listening"
    label = "listening"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from huiying.listening import kept  # noqa: F401  registers what the ledger keeps of its rows

        if starting.is_bare():
            return
        from huiying.listening import coverage_sources, import_queue, offboarding, patrol_loop, tasks  # noqa: F401  registers what the loop does
        from huiying.listening.ocr import tasks as reading  # noqa: F401
        from huiying.listening.search import tasks as indexing  # noqa: F401
