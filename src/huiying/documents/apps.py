from django.apps import AppConfig

from huiying.kernel import processes


class DocumentsConfig(AppConfig):
    name = "huiying.documents"
    label = "documents"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from huiying.documents import kept  # noqa: F401  registers what the ledger keeps of its rows

        if processes.is_bare():
            return
        from huiying.documents import loops  # noqa: F401 -- registers what the loop does
