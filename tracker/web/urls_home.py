from django.urls import path

from tracker.web import home, live, search

urlpatterns = [
    path("", home.show_home, name="home"),
    path("live/", live.tell_stamp, name="live"),
    path("search/", search.show_search, name="search"),
]
