from django.apps import AppConfig


class JudgingConfig(AppConfig):
    name = "huiying.judging"
    label = "judging"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from huiying.judging import audits, kept, later, watchbook  # noqa: F401  registers pollers, jobs and checks
        from huiying.listening import watching

        watching.overlay(watchbook.mark, watchbook.laid_over)
