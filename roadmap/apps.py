from django.apps import AppConfig


class RoadmapConfig(AppConfig):
    name = "roadmap"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from roadmap import wiring  # noqa: PLC0415  the rooms can be imported only once the apps are ready

        wiring.connect()
