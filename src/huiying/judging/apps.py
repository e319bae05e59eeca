from django.apps import AppConfig

from huiying.kernel import processes


class JudgingConfig(AppConfig):
    name = "huiying.judging"
    label = "judging"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from huiying.judging import kept  # noqa: F401  registers what the ledger keeps of its rows

        if processes.is_bare():
            return
        from huiying.judging import tasks, watchbook  # noqa: F401  registers pollers, jobs and checks

        watchbook.lay_over()
