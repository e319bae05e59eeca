from django.apps import AppConfig


class ForeseeingConfig(AppConfig):
    name = "huiying.foreseeing"
    label = "foreseeing"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from huiying.foreseeing import kept, later, leaving  # noqa: F401 -- registers what is kept, what the loop does
