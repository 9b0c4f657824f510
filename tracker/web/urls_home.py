from django.urls import path

from tracker.web import days, home, live, preview, search, words

urlpatterns = [
    path("", home.show_home, name="home"),
    path("day/", days.tell_day, name="day"),
    path("live/", live.tell_stamp, name="live"),
    path("preview/", preview.show_preview, name="preview"),
    path("search/", search.show_search, name="search"),
    path("help/words/", words.show_words, name="words"),
]
