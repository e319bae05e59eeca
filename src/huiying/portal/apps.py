from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "huiying.portal"
    label = "portal"
    default_auto_field = "django.db.models.BigAutoField"
