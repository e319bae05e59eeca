from django.apps import AppConfig


class ForeseeingConfig(AppConfig):
    name = "huiying.foreseeing"
    label = "foreseeing"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from huiying.foreseeing import later, leaving  # noqa: F401 -- registers what the loop does
