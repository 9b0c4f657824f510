from django.urls import path

from tracker.web import home, search

urlpatterns = [
    path("", home.show_home, name="home"),
    path("search/", search.show_search, name="search"),
]
