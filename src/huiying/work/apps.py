from django.apps import AppConfig

from huiying.kernel import processes


class WorkConfig(AppConfig):
    name = "huiying.work"
    label = "work"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        if processes.is_bare():
            return
        from huiying.work import limits, notify  # noqa: F401  each registers what it does later
