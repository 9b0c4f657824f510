from django.urls import path

from tracker.web import ask, by_mail, follow, follow_links, held_mail

urlpatterns = [
    path("ask/<str:key>/", ask.ask, name="ask"),
    path("sites/<str:key>/public/", ask.public_form, name="site-public"),
    path("sites/<str:key>/public/close/", ask.close_form, name="site-public-close"),
    path("by-mail/<str:secret>/", by_mail.answer_by_mail, name="by-mail"),
    path("mail/held/", held_mail.show_held, name="held-mail"),
    path("mail/held/<int:number>/take/", held_mail.take_held, name="held-take"),
    path("mail/held/<int:number>/draft/", held_mail.draft_held, name="held-draft"),
    path("mail/held/<int:number>/leave/", held_mail.leave_held, name="held-leave"),
    path("follow/<str:secret>/", follow.follow, name="follow"),
    path("requests/<str:key>/links/", follow_links.show_links, name="request-links"),
    path("requests/<str:key>/links/new/", follow_links.new_link, name="request-link-new"),
    path("requests/<str:key>/links/<int:number>/revoke/", follow_links.revoke_link, name="request-link-revoke"),
]
