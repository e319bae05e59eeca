from django.apps import AppConfig

from huiying.kernel import processes


class ListeningConfig(AppConfig):
    name = "huiying.listening"
    label = "listening"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from huiying.listening import kept  # noqa: F401  registers what the ledger keeps of its rows

        if processes.is_bare():
            return
        from huiying.listening import coverage, import_queue, tasks  # noqa: F401  registers what the loop does
        from huiying.listening.ocr import readings  # noqa: F401
