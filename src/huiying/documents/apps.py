from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "huiying.documents"
    label = "documents"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from huiying.documents import kept, leaving, loops  # noqa: F401 -- registers what is kept, what the loop does
