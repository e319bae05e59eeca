"""Training, drills, the roster of skills, the house rules （九）."""

from django.urls import URLPattern, path

from huiying.desk.views import drills, organising, training

urlpatterns: list[URLPattern] = [
    path("training/", training.trainings, name="trainings"),
    path("training/do/plan/", training.plan, name="training_plan"),
    path("training/<int:pk>/", training.training, name="training"),
    path("training/<int:pk>/do/schedule/", training.schedule, name="training_schedule"),
    path("training/sessions/<int:pk>/", training.session, name="training_session"),
    path("training/sessions/<int:pk>/check-in/", training.check_in, name="training_check_in"),
    path("training/sessions/<int:pk>/quiz/", training.quiz, name="training_quiz"),
    path("training/sessions/<int:pk>/do/<str:verb>/", training.do, name="training_do"),
    path("drills/", drills.drills, name="drills"),
    path("drills/<str:name>/", drills.drill, name="drill"),
    path("skills/", organising.skills, name="skills"),
    path("skills/do/<str:verb>/", organising.skill_do, name="skill_do"),
    path("rules/", organising.rules, name="rules"),
    path("rules/do/draft/", organising.rule_new, name="rule_new"),
    path("rules/<int:pk>/", organising.rule, name="rule"),
    path("rules/<int:pk>/do/<str:verb>/", organising.rule_do, name="rule_do"),
]
