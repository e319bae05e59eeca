from django.apps import AppConfig


class HubConfig(AppConfig):
    name = "huiying.hub"
    label = "hub"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from huiying.hub import kept, later  # noqa: F401  registers what it does later, and what is kept
