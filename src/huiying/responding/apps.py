from django.apps import AppConfig


class RespondingConfig(AppConfig):
    name = "huiying.responding"
    label = "responding"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from huiying.responding import later  # noqa: F401 -- registers what the loop does
