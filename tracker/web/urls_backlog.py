from django.urls import path

from tracker.web import backlog, notices, way_steps

urlpatterns = [
    path("backlog/", backlog.show_backlog, name="backlog"),
    path("backlog/<str:key>/", backlog.show_item, name="item"),
    path("backlog/<str:key>/answer/", backlog.answer_item, name="item-answer"),
    path("backlog/<str:key>/counter/", backlog.counter_item, name="item-counter"),
    path("backlog/<str:key>/rehome/", backlog.rehome, name="item-rehome"),
    path("backlog/<str:key>/move/", backlog.move, name="item-move"),
    path("backlog/<str:key>/checks/<int:check>/", backlog.decide_item_check, name="item-check"),
    path("backlog/<str:key>/tracker-key/", backlog.keep_tracker_key, name="item-tracker-key"),
    *(
        path(f"backlog/<str:key>/{name}/", backlog.take_item_step, {"name": name}, name=f"item-{name}")
        for name in backlog.STEPS
    ),
    path("requests/<str:key>/embed/", way_steps.embed, name="request-embed"),
    path("requests/<str:key>/outrank/", way_steps.outrank, name="request-outrank"),
    path("requests/<str:key>/ask-rank/", way_steps.ask_rank, name="request-ask-rank"),
    path("notices/", notices.show_notices, name="notice-list"),
    path("notices/mail/", notices.choose_mails, name="mail-choice"),
    path("notices/read/", notices.read_all, name="notice-read"),
]
