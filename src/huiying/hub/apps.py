from django.apps import AppConfig

from huiying.kernel import processes


class HubConfig(AppConfig):
    name = "huiying.hub"
    label = "hub"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from huiying.hub import kept  # noqa: F401  registers what the ledger keeps of its rows

        if processes.is_bare():
            return
        from huiying.hub import loop_tasks  # noqa: F401  registers what it does later
