from django.apps import AppConfig


class WorkConfig(AppConfig):
    name = "huiying.work"
    label = "work"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from huiying.work import limits, notify  # noqa: F401  each registers what it does later
