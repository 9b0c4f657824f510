from django.urls import path

from tracker.web import ask, by_mail, follow, follow_links

urlpatterns = [
    path("ask/<str:key>/", ask.ask, name="ask"),
    path("sites/<str:key>/public/", ask.public_form, name="site-public"),
    path("sites/<str:key>/public/close/", ask.close_form, name="site-public-close"),
    path("by-mail/<str:secret>/", by_mail.answer_by_mail, name="by-mail"),
    path("follow/<str:secret>/", follow.follow, name="follow"),
    path("requests/<str:key>/links/", follow_links.show_links, name="request-links"),
    path("requests/<str:key>/links/new/", follow_links.new_link, name="request-link-new"),
    path("requests/<str:key>/links/<int:number>/revoke/", follow_links.revoke_link, name="request-link-revoke"),
]
