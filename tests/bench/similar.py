"""What a question costs while a request is typed, among a million titles in two languages.

The rival is the filter of a list: `icontains` of every word of the title, the first five. Both are measured by the CPU
of this process and of every process of PostgreSQL, on the same questions, of which a third are misspelt.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Any

from django.db import connection

from tests.bench.sweep import Spent, timed
from tracker.intake.models import WorkRequest
from tracker.intake.queries import similar_requests
from tracker.people.access import Viewer
from tracker.people.models import User

REQUESTS = int(os.environ.get("TANDEM_BENCH_REQUESTS", "1000000"))
ASKED, ROUNDS, RIVALS = 60, 5, 15
FASTER, MOST_MS = 20, 60.0
COMMON = ["product page speed", "Titles of category pages", "Тайтлы товаров", "structured data", "Скорость сайта"]
"""Questions of common words alone, the dearest there are."""
WORDS = {
    "deeds": "Fix,Add,Исправить,Improve,Добавить,Remove,Убрать,Change,Проверить,Update,Настроить,Open,Закрыть,Speed up",
    "matters": "structured data,titles,канонические адреса,slow pages,редиректы,микроразметка,hreflang,sitemap,тайтлы,"
    "скорость загрузки,broken links,noindex,перелинковка,crawl budget,robots.txt,пагинация,images,фильтры,alt texts,"
    "meta descriptions,дубли,rendering,LCP,битые ссылки,CLS,INP,хлебные крошки,отзывы,лендинг,analytics",
    "places": "product pages,category pages,карточки товаров,категории,the home page,блог,search,корзина,checkout,"
    "brand pages,города,магазины,the help centre,личный кабинет,German shop,французский сайт,мобильная версия,the app",
    "heads": "bra,ko,тер,ми,sta,vel,по,лан,gri,нор,pol,ва,хем,dri,фло,зан,qua,ше,кри,mon,лю,сте,ran,ош,цве",
    "bodies": "da,ло,ne,ри,ta,мо,ve,ка,ri,ну,so,ше,li,го,pu,за,ме,ko,ду,ba,те,ша,ni,вы,ру",
    "tails": "nok,тор,ville,ник,ster,ец,mann,ка,dale,ово,son,ина,light,арь,port,ун,wood,ист,ware,иль,line,ость,bell,ок,ton",
}
"""What titles are made of; heads, bodies and tails make 15,625 rarer words. The first of a list is the most frequent."""
TITLES = """
INSERT INTO tracker_workrequest ({columns})
SELECT {taken} FROM (
    SELECT deed || ' ' || matter || ': ' || place || ' ' || rare[1] || rare[2] || rare[3]
        || ' ' || other[1] || other[2] || other[3] || CASE WHEN n %% 3 = 0 THEN ' ' || n ELSE '' END AS title, n
    FROM (
        SELECT n,
            (%(deeds)s::text[])[1 + floor(14 * power(random(), 2))] AS deed,
            (%(matters)s::text[])[1 + floor(30 * power(random(), 2))] AS matter,
            (%(places)s::text[])[1 + floor(18 * power(random(), 2))] AS place,
            ARRAY[(%(heads)s::text[])[1 + floor(25 * power(random(), 3))], (%(bodies)s::text[])[1 + floor(25 * power(random(), 3))],
                  (%(tails)s::text[])[1 + floor(25 * power(random(), 3))]] AS rare,
            ARRAY[(%(heads)s::text[])[1 + floor(25 * random())], (%(bodies)s::text[])[1 + floor(25 * random())],
                  (%(tails)s::text[])[1 + floor(25 * power(random(), 2))]] AS other
        FROM generate_series(1, %(rows)s) n
    ) word
) made JOIN (
    SELECT ask.*, row_number() OVER (ORDER BY id) AS place FROM (SELECT * FROM tracker_workrequest ORDER BY id LIMIT 1000) ask
) shape ON shape.place = 1 + made.n %% 1000
"""
LEARN = """
INSERT INTO tracker_word (text) SELECT DISTINCT lexeme FROM tracker_workrequest, unnest(words)
WHERE length(lexeme) BETWEEN 3 AND 60 AND lexeme !~ '[0-9/]' ON CONFLICT DO NOTHING
"""
INDEXES = "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'tracker_workrequest' AND indexdef NOT LIKE '%UNIQUE%'"
QUICKLY = "SET statement_timeout = 0; SET work_mem = '256MB'; SET maintenance_work_mem = '512MB'; SELECT setseed(0.5)"
UNCHECKED, CHECKED = "SET session_replication_role = replica", "SET session_replication_role = origin"
"""The foreign keys are those of rows that are there."""


@dataclass
class SimilarFigure:
    """Milliseconds of CPU a question: `cpu_ms` of Python, `database_ms` of PostgreSQL, `worst_ms` both for the dearest
    question; `rival_ms` both for the rival, and `ratio` how many times more that is for the same questions. `found` is
    the share of the titles asked for, spelt right or not, that are among the five answers."""

    operation: str
    ratio: float
    cpu_ms: float
    database_ms: float
    worst_ms: float
    rival_ms: float
    rows: int
    found: float
    load: float


def measure_similar() -> SimilarFigure:
    write_titles()
    viewer = User.objects.get(email="seo-lead@lumen.example").viewer()
    questions = choose_questions(viewer)
    ours = [spend(partial(similar_requests, viewer, asked), ROUNDS) for asked, _kept in questions]
    rival = [spend(partial(contains_words, viewer, asked), 1) for asked, _kept in questions[-RIVALS:]]
    kept = [kept in [ask.title for ask in similar_requests(viewer, asked)] for asked, kept in questions if kept]
    same = ours[-RIVALS:]
    figure = SimilarFigure(
        "similar",
        round(sum(one.cpu for one in rival) / sum(one.cpu for one in same), 1),
        round(sum(one.own for one in ours) / len(ours) * 1000, 2),
        round(sum(one.database for one in ours) / len(ours) * 1000, 2),
        round(max(one.cpu for one in ours) * 1000, 2),
        round(sum(one.cpu for one in rival) / len(rival) * 1000, 1),
        WorkRequest.objects.count(),
        round(sum(kept) / len(kept), 3),
        round(os.getloadavg()[0], 1),
    )
    print(figure, flush=True)
    return figure


def write_titles() -> None:
    """As many as there are to be, the rest of each row as one of the firm's; indexes are built when all is there."""
    facts: dict[str, Any] = {name: text.split(",") for name, text in WORDS.items()}
    facts["rows"] = REQUESTS - WorkRequest.objects.count()
    fields = [one for one in WorkRequest._meta.concrete_fields if not one.generated and not one.primary_key]
    columns = [str(one.column) for one in fields]
    taken = ", ".join("made.title" if name == "title" else f"shape.{name}" for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(QUICKLY)
        cursor.execute(INDEXES)
        indexes = cursor.fetchall()
        for name, _definition in indexes:
            cursor.execute(f"DROP INDEX {name}")
        cursor.execute(UNCHECKED)
        cursor.execute(TITLES.format(columns=", ".join(columns), taken=taken), facts)
        cursor.execute(CHECKED)
        for _name, definition in indexes:
            cursor.execute(definition)
        cursor.execute(LEARN)
        for table in ("tracker_workrequest", "tracker_word"):
            cursor.execute(f"VACUUM ANALYZE {table}")
        cursor.execute("CHECKPOINT")
    connection.close()


def choose_questions(viewer: Viewer) -> list[tuple[str, str]]:
    """Titles that are there, every third with two letters of a word exchanged, each with itself; and COMMON."""
    chance = Random(5)
    last = WorkRequest.objects.order_by("-pk").values_list("pk", flat=True)[0]
    keys = [last - chance.randrange(REQUESTS * 4 // 5) for _number in range(ASKED - len(COMMON))]
    seen = WorkRequest.objects.visible_to(viewer).filter(pk__in=keys)
    titles = list(seen.order_by("pk").values_list("title", flat=True))
    asked = [(misspell(title, chance) if n % 3 == 0 else title, title) for n, title in enumerate(titles)]
    mixed = [*asked, *((title, "") for title in COMMON)]
    chance.shuffle(mixed)
    return mixed


def misspell(title: str, chance: Random) -> str:
    words = title.split()
    place = chance.choice([n for n, word in enumerate(words) if len(word) > 4])
    cut = chance.randrange(1, len(words[place]) - 2)
    word = words[place]
    words[place] = word[:cut] + word[cut + 1] + word[cut] + word[cut + 2 :]
    return " ".join(words)


def contains_words(viewer: Viewer, title: str) -> Sequence[WorkRequest]:
    rows = WorkRequest.objects.visible_to(viewer)
    for word in title.split():
        rows = rows.filter(title__icontains=word)
    return list(rows[:5])


def spend(act: Callable[[], object], rounds: int) -> Spent:
    """One run of it, as the mean of several after one that warms up."""
    if rounds > 1:
        act()

    def again() -> None:
        for _round in range(rounds):
            act()

    _none, spent = timed(again)
    return Spent(spent.wall / rounds, spent.own / rounds, spent.database / rounds)


def table(figure: SimilarFigure) -> str:
    missed = figure.ratio < FASTER or figure.cpu_ms + figure.database_ms > MOST_MS
    return (
        f"{'typing':16} {'ratio':>7} {'floor':>6} {'cpu ms':>8} {'db ms':>8} {'worst':>8} {'rival ms':>9} {'rows':>8} {'found':>6} {'load':>5}\n"
        f"{figure.operation:16} {figure.ratio:7.1f} {FASTER:6} {figure.cpu_ms:8.2f} {figure.database_ms:8.2f}"
        f" {figure.worst_ms:8.2f} {figure.rival_ms:9.1f} {figure.rows:8} {figure.found:6.2f} {figure.load:5.1f}"
        f"{'  missed its mark' if missed else ''}"
    )
