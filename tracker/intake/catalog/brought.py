"""The request types that Tandem brings along: two to five fields each, no more than two of them asked for on filing."""

from collections.abc import Sequence
from typing import TypedDict

from tracker.intake.catalog.fields import FieldOfType, Words

FILING, ACCEPTANCE, EMBEDDING, NEVER = "filing", "acceptance", "embedding", ""
Choice = tuple[str, str, str]
"""A value and its words in English and Russian."""


class TypeOfRequest(TypedDict):
    key: str
    name: Words
    fields: Sequence[FieldOfType]


def asks(
    key: str,
    kind: str,
    stage: str,
    english: str,
    russian: str,
    *choices: Choice,
    hint: tuple[str, str] | None = None,
    unit: Words | None = None,
    least: int | None = None,
    most: int | None = None,
) -> FieldOfType:
    field: FieldOfType = {"key": key, "kind": kind, "stage": stage, "label": {"en": english, "ru": russian}}
    if unit:
        field["unit"] = unit
    if least is not None:
        field["least"] = least
    if most is not None:
        field["most"] = most
    if hint:
        field["help"] = {"en": hint[0], "ru": hint[1]}
    if choices:
        field["choices"] = [(value, {"en": said, "ru": skazano}) for value, said, skazano in choices]
    return field


def brings(key: str, english: str, russian: str, *fields: FieldOfType) -> TypeOfRequest:
    return {"key": key, "name": {"en": english, "ru": russian}, "fields": fields}


PERCENT = {"en": "%", "ru": "%"}
WEEKS = {"en": "weeks", "ru": "недель"}
ELSEWHERE = (
    "Pages elsewhere that do it well, one address on each line.",
    "Где это сделано хорошо, по адресу на строке.",
)
OTHER = ("other", "another", "другое")

TYPES: Sequence[TypeOfRequest] = (
    brings(
        "bug",
        "Bug",
        "Ошибка",
        asks("expected", "text", FILING, "What should happen instead", "Что должно быть вместо этого"),
        asks(
            "devices",
            "choices",
            ACCEPTANCE,
            "Where it shows",
            "Где проявляется",
            ("mobile", "phones", "телефоны"),
            ("desktop", "desktop", "компьютеры"),
            ("app", "app", "приложение"),
            ("crawler", "what search engines get", "то, что получают поисковые роботы"),
        ),
        asks(
            "steps",
            "lines",
            ACCEPTANCE,
            "Steps to see it",
            "Как воспроизвести",
            hint=("One per line.", "По шагу на строке."),
        ),
        asks("seen_since", "date", NEVER, "Seen since", "Замечено с"),
    ),
    brings(
        "improvement",
        "Improvement",
        "Улучшение",
        asks("today", "text", FILING, "How it is today", "Как это устроено сейчас"),
        asks("pages_affected", "number", ACCEPTANCE, "Pages concerned", "Затронуто страниц", least=1),
        asks("examples_elsewhere", "urls", NEVER, "Examples elsewhere", "Примеры у других", hint=ELSEWHERE),
    ),
    brings(
        "new-feature",
        "New feature",
        "Новая функция",
        asks("users", "text", FILING, "Who will use it", "Кто будет этим пользоваться"),
        asks(
            "minimum",
            "lines",
            ACCEPTANCE,
            "The least that helps",
            "Минимум, который уже поможет",
            hint=("One per line; what is not here may come later.", "По пункту на строке; остальное может подождать."),
        ),
        asks("answers_questions", "person", EMBEDDING, "Who answers questions about it", "Кто ответит на вопросы"),
        asks("examples_elsewhere", "urls", NEVER, "Examples elsewhere", "Примеры у других", hint=ELSEWHERE),
    ),
    brings(
        "landing-page",
        "Content or landing page",
        "Контент или посадочная страница",
        asks("campaign", "text", FILING, "Campaign or topic", "Кампания или тема"),
        asks("live_on", "date", ACCEPTANCE, "Live on", "Дата публикации"),
        asks(
            "campaign_budget",
            "money",
            ACCEPTANCE,
            "Campaign budget",
            "Бюджет кампании",
            hint=("0 where none is booked.", "0, если бюджет не выделен."),
        ),
        asks("content_owner", "text", EMBEDDING, "Who delivers the content", "Кто готовит контент"),
    ),
    brings(
        "structured-data",
        "Structured data",
        "Микроразметка",
        asks(
            "schema_type",
            "choice",
            FILING,
            "Kind of markup",
            "Вид разметки",
            ("Product", "Product", "Product (товар)"),
            ("BreadcrumbList", "BreadcrumbList", "BreadcrumbList (хлебные крошки)"),
            ("FAQPage", "FAQPage", "FAQPage (вопросы и ответы)"),
            ("Article", "Article", "Article (статья)"),
            ("Organization", "Organization", "Organization (организация)"),
            OTHER,
        ),
        asks(
            "current_validity",
            "number",
            ACCEPTANCE,
            "Valid items today",
            "Корректных элементов сейчас",
            hint=(
                "From the rich results report; 0 where there is no markup yet.",
                "Из отчёта о расширенных результатах; 0, если разметки ещё нет.",
            ),
            unit=PERCENT,
            least=0,
            most=100,
        ),
        asks(
            "template",
            "text",
            ACCEPTANCE,
            "Page template",
            "Шаблон страницы",
            hint=(
                "Which template prints it, as the engineers call it.",
                "Какой шаблон её выводит, в терминах разработчиков.",
            ),
        ),
        asks(
            "example_markup",
            "lines",
            EMBEDDING,
            "Properties wanted",
            "Нужные свойства",
            hint=("One per line: price, availability, brand…", "По одному на строке: price, availability, brand…"),
        ),
    ),
    brings(
        "performance",
        "Performance",
        "Скорость",
        asks(
            "metric",
            "choice",
            FILING,
            "Metric",
            "Метрика",
            ("LCP", "LCP · largest paint", "LCP · отрисовка основного контента"),
            ("INP", "INP · response to input", "INP · отклик на действие"),
            ("CLS", "CLS · layout shift", "CLS · сдвиг макета"),
        ),
        asks(
            "form_factor",
            "choice",
            ACCEPTANCE,
            "Devices",
            "Устройства",
            ("mobile", "phones", "телефоны"),
            ("desktop", "desktop", "компьютеры"),
            ("both", "both", "и те и другие"),
        ),
        asks(
            "current_p75",
            "number",
            ACCEPTANCE,
            "75th percentile today",
            "75-й процентиль сейчас",
            hint=(
                "Field data: milliseconds for LCP and INP, a bare number for CLS.",
                "Полевые данные: миллисекунды для LCP и INP, просто число для CLS.",
            ),
            least=0,
        ),
        asks("measured_with", "text", EMBEDDING, "Measured with", "Чем измеряется"),
    ),
    brings(
        "crawl-indexing",
        "Crawl and indexing",
        "Обход и индексация",
        asks(
            "trouble",
            "choice",
            FILING,
            "What is wrong",
            "Что не так",
            ("missing", "pages are not indexed", "страницы не в индексе"),
            ("unwanted", "pages are indexed that should not be", "в индексе лишние страницы"),
            ("blocked", "crawlers are blocked", "роботам закрыт доступ"),
            ("canonical", "wrong canonical address", "неверный канонический URL"),
            ("sitemap", "sitemap", "карта сайта"),
            ("waste", "crawlers spend their visits on the wrong pages", "роботы тратят обход не на те страницы"),
            OTHER,
        ),
        asks("pages_affected", "number", ACCEPTANCE, "Pages concerned", "Затронуто страниц", least=1),
        asks(
            "seen_in",
            "choices",
            ACCEPTANCE,
            "Seen in",
            "Где это видно",
            ("search_console", "Search Console", "Search Console"),
            ("webmaster", "Yandex Webmaster", "Яндекс Вебмастер"),
            ("logs", "server logs", "логи сервера"),
            ("crawl", "a crawl of our own", "собственный обход"),
        ),
        asks("sample", "file", NEVER, "Export or piece of the log", "Выгрузка или фрагмент лога"),
    ),
    brings(
        "migration",
        "Migration",
        "Миграция",
        asks(
            "changes",
            "choices",
            FILING,
            "What changes",
            "Что меняется",
            ("domain", "domain", "домен"),
            ("addresses", "addresses of pages", "адреса страниц"),
            ("platform", "platform", "платформа"),
            ("design", "templates and design", "шаблоны и дизайн"),
            ("languages", "languages or countries", "языки или страны"),
        ),
        asks("switch_on", "date", ACCEPTANCE, "Switched on", "Дата переключения"),
        asks(
            "redirects",
            "number",
            ACCEPTANCE,
            "Addresses to redirect",
            "Адресов с редиректом",
            hint=("0 where every address stays.", "0, если все адреса остаются."),
            least=0,
        ),
        asks("says_go", "person", EMBEDDING, "Who says go", "Кто даёт команду на запуск"),
        asks("redirect_map", "file", NEVER, "Redirect map", "Карта редиректов"),
    ),
    brings(
        "experiment",
        "Experiment",
        "Эксперимент",
        asks(
            "hypothesis",
            "text",
            FILING,
            "Hypothesis",
            "Гипотеза",
            hint=("If we do this, that will move, because…", "Если сделать это, то изменится то, потому что…"),
        ),
        asks("primary_kpi", "kpi", ACCEPTANCE, "Primary KPI", "Главный KPI"),
        asks(
            "guardrails",
            "lines",
            ACCEPTANCE,
            "Guardrails",
            "Контрметрики",
            hint=("What must not get worse, one per line.", "Что не должно стать хуже, по одной на строке."),
        ),
        asks("duration", "number", ACCEPTANCE, "Duration", "Длительность", unit=WEEKS, least=1, most=52),
        asks("traffic_share", "number", EMBEDDING, "Share of traffic", "Доля трафика", unit=PERCENT, least=1, most=100),
    ),
    brings(
        "tracking",
        "Tracking",
        "Аналитика",
        asks("counted", "text", FILING, "What is to be counted", "Что нужно считать"),
        asks(
            "tools",
            "choices",
            ACCEPTANCE,
            "Where it is read",
            "Где это смотрят",
            ("analytics", "Google Analytics", "Google Analytics"),
            ("metrica", "Yandex Metrica", "Яндекс Метрика"),
            ("ads", "advertising accounts", "рекламные кабинеты"),
            ("warehouse", "our own warehouse", "своё хранилище"),
            OTHER,
        ),
        asks(
            "consent",
            "choice",
            ACCEPTANCE,
            "Consent of visitors",
            "Согласие посетителей",
            ("needed", "needed", "нужно"),
            ("not_needed", "not needed", "не нужно"),
            ("unknown", "not known yet", "пока неизвестно"),
        ),
        asks("checked_by", "person", EMBEDDING, "Who checks that it arrives", "Кто проверит, что данные приходят"),
    ),
    brings(
        "compliance",
        "Compliance",
        "Соответствие требованиям",
        asks(
            "subject_matter",
            "choice",
            FILING,
            "What it is about",
            "О чём это",
            ("privacy", "personal data", "персональные данные"),
            ("accessibility", "accessibility", "доступность для людей с инвалидностью"),
            ("advertising", "labels of advertising", "маркировка рекламы"),
            ("notices", "notices that the law asks for", "сведения, которых требует закон"),
            ("contract", "a contract", "договор"),
            OTHER,
        ),
        asks(
            "rule",
            "text",
            FILING,
            "Which rule",
            "Какое требование",
            hint=("Law and article, or the clause of the contract.", "Закон и статья или пункт договора."),
        ),
        asks("approved_by", "person", ACCEPTANCE, "Who approves it", "Кто согласует"),
        asks(
            "at_risk",
            "money",
            NEVER,
            "What is at risk",
            "Возможные потери",
            hint=("A fine or a loss.", "Штраф или убыток."),
        ),
    ),
)
