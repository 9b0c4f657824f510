"""The words of the field in English and Russian, as stems of PostgreSQL's Russian configuration.

A mark is what several wordings have in common: an alternative is a set of stems that all occur, in any order. Within
one facet different marks mean different matters: the canonicals of a page are not its redirects. Written from the
knowledge of the field before the pairs on which it is measured (see docs/explanation/similar.md).
"""

from collections.abc import Mapping

ISSUES: Mapping[str, str] = {
    "structured data": (
        "structur data, rich result, schema, schema.org, json-ld, jsonld, microdata, markup, star, "
        "микроразметк, разметк, звезд, звездочк, структурирова дан, сниппет, snippet"
    ),
    "canonical": "canon, canonicalis, canonic, каноника, каноникал, каноническ, каноникл",
    "duplicate pages": "duplic content, duplic page, duplic url, near-dupl, дубл, дубликат, дублир",
    "hreflang": "hreflang, хрефланг, языков верс, languag version, languag annot",
    "redirects": "redirect, 301, 302, 308, редирект, перенаправлен, переадресац, переадресова",
    "broken links": "broken link, dead link, 404, бит ссылк, бит ссылок, мертв ссылк, неработа ссылк, страниц найд",
    "soft 404": "soft 404, мягк 404, ложн 404",
    "noindex": (
        "noindex, no-index, deindex, unindex, закр индексац, закрыт индексац, убра индекс, запрет индексац, "
        "ноиндекс, remov index, block index"
    ),
    "indexing": "index, индексац, индекс, индексирова, индексир, проиндексирова, googl coverag",
    "robots.txt": "robots.txt, robot, disallow, роботс, роботстхт, robotstxt",
    "crawling": (
        "crawl, crawler, crawlabl, googlebot, bot, spider, краулер, краулинг, краулингов, обход, сканирован, "
        "сканирова, робот, бот, гуглбот"
    ),
    "sitemap": "sitemap, sitemap.xml, карт сайт, xml карт, сайтмап, сайтмэп",
    "speed": (
        "speed, slow, slowli, perform, load, faster, fast, pagespe, lighthous, web vital, cwv, скорост, "
        "медлен, тормоз, загрузк, груз, загружа, ускор, ускорен, быстр, производительн"
    ),
    "alt texts": "alt, альт, подпис картинок, подпис изображен",
    "titles": "titl, тайтл, заголовк страниц, заголовок страниц",
    "descriptions": "metadescript, метаописан, мет описан, дескрипшн, дескрипш, descript",
    "headings": "h1, h2, head",
    "internal links": "interlink, intern link, перелинковк, внутрен ссылк, внутрен ссылок",
    "pagination": "pagin, пагинац, постраничн, infinit scroll, load more, бесконечн прокрутк, бесконечн скролл",
    "rendering": (
        "render, ssr, server-sid, server side, prerend, client-sid, hydrat, javascript, js, рендеринг, "
        "пререндер, пререндеринг, отрисовк, рендер"
    ),
    "migration": "migrat, relaunch, replatform, domain move, миграц, переезд, перенос, перенест, дом смен",
    "tracking": (
        "track, analyt, ga4, gtm, tag manag, pixel, datalay, счетчик, аналитик, отслеживан, отслежива, "
        "метрик, пиксел, событ"
    ),
    "https": "https, ssl, tls, mix content, certif, сертификат, смеша контент, небезопасн",
    "empty pages": (
        "thin content, thin page, empti page, empti categori, пуст страниц, пуст категор, тонк контент, нулев выдач"
    ),
    "url parameters": "paramet, utm, queri string, session id, параметр, метк",
    "slashes": "slash, слэш, слеш, кос черт",
    "friendly urls": "friend url, readabl url, speak url, slug, чпу, человекопонятн",
    "server errors": "5xx, 500, 503, 502, server error, ошибк сервер, серверн ошибк, пятисот, outag, downtim",
    "lazy loading": "lazi, lazyload, ленив, отложен загрузк",
    "accessibility": (
        "access, a11y, contrast, screen reader, screenread, доступн, контраст, контрастн, скринридер, незряч"
    ),
    "privacy": "privaci, gdpr, person data, персональн дан, 152 фз, конфиденциальн",
    "amp": "amp, acceler",
    "backlinks": "backlink, disavow, inbound link, внешн ссылк, обратн ссылк, бэклинк",
    "spelling": "typo, spell, опечатк, орфограф",
}

THINGS: Mapping[str, str] = {
    "images": "imag, pictur, photo, webp, avif, картинк, картинок, изображен, фот, фотограф",
    "filters": "facet, filter, фильтр, фасет, фасетн",
    "landing page": (
        "land, campaign page, promo page, microsit, лендинг, посадочн, промостраниц, пром страниц, страниц "
        "акц, страниц кампан"
    ),
    "experiment": (
        "a/b, ab-test, a/b-test, split test, experi, эксперимент, сплит-тест, тестирован, a/b тест, аб-тест, ab-тест"
    ),
    "consent": "consent, cooki, кук, соглас",
    "suggestions": "autocomplet, autosuggest, search suggest, автодополнен, подсказк",
    "logs": "log, лог",
    "texts": "copi, text, copywrit, текст, копирайтинг",
    "feed": "feed, merchant, googl shop, фид, yml",
    "fonts": "font, webfont, шрифт",
    "scripts": "script, third-parti, скрипт, сторон",
    "store locator": "store locat, store finder, find shop, поиск магазин, карт магазин, адрес магазин",
    "subscription": "newslett, subscrib, subscript, рассылк, подписк, подписа",
    "related products": "relat product, similar product, recommend, похож товар, рекомендац, рекомендуем, сопутств",
    "favicon": "favicon, фавикон, фавиконк, иконк сайт",
    "navigation": "navig, menu, navbar, навигац, мен",
    "footer": "footer, подва, подвал, футер",
    "popup": "popup, pop-up, interstiti, overlay, попап, всплыва",
    "video": "video, виде, ролик",
    "caching": "cach, cdn, кэш, кеш, кэширован, кеширован",
    "out of stock": "stock, sold, unavail, discontinu, налич, отсутств товар, распрода, снят продаж, законч",
    "open graph": "open graph, og, opengraph, link preview, share preview, прев ссылок, соцсет, social",
}

KINDS: Mapping[str, str] = {
    "breadcrumb": "breadcrumb, breadcrumblist, крошк, крошек, навигацион цепочк",
    "faq": "faq, faqpag, вопрос ответ, част вопрос, question answer",
    "review": "review, rate, aggregater, отз, отзыв, рейтинг, оценк, star, звезд, звездочк",
    "offer": "price, offer, avail, цен, налич, стоимост",
    "event": "event schema, event page, мероприят, афиш",
    "organization": "organ, organis, logo, организац, логотип, knowledg panel",
    "recipe": "recip, рецепт",
    "job": "job, vacanc, career, ваканс, карьер",
    "delivery": "deliveri, ship, доставк",
    "returns": "return, refund, возврат",
}

METRICS: Mapping[str, str] = {
    "lcp": "lcp, largest content paint, hero imag, перв экра",
    "cls": "cls, shift, jump, сдвиг, прыга, скачет, дерга, съезжа",
    "inp": "inp, fid, interact, respons, отклик, отзывчив, нажат",
    "ttfb": "ttfb, server respons, respons time, врем ответ, ответ сервер, first byte",
}

PLACES: Mapping[str, str] = {
    "product page": "product, pdp, item page, good, товар, товарн, карточк, карточек, sku",
    "category page": "categori, list, plp, catalogu, catalog, категор, каталог, листинг, рубрик",
    "home page": "home, homepag, front page, start page, главн, домашн",
    "blog": "blog, articl, post, magazin, guid, блог, стат, журна, гид, гайд",
    "site search": "site search, search page, intern search, внутрен поиск, поиск сайт, страниц поиск",
    "checkout": "checkout, payment, оформлен заказ, чекаут, оплат",
    "basket": "cart, basket, корзин",
    "brand page": "brand, manufactur, бренд, производител",
    "help": "help, support, помощ, справк, поддержк",
    "city page": "citi, region, local, город, регион, региональн",
    "shops": "store, branch, shop, магазин, точк, филиал",
    "account": "account, login, sign-in, profil, кабинет, вход, авторизац",
    "sale": "sale, discount, outlet, black friday, распродаж, скидк, акц, черн пятниц",
}

MARKETS: Mapping[str, str] = {
    "german": "german, germani, de, немецк, герман, deutsch",
    "french": "french, franc, fr, французск, франц",
    "spanish": "spanish, spain, es, испанск, испан",
    "polish": "polish, poland, pl, польск, польш",
    "italian": "italian, itali, итальянск, итал",
    "kazakh": "kazakh, kazakhstan, kz, казахск, казахста, казахстан",
    "british": "uk, british, britain, английск, британск, english",
    "russian": "russian, russia, ru, русск, росс",
    "turkish": "turkish, turkey, турецк, турц",
}

DEVICES: Mapping[str, str] = {
    "mobile": "mobil, phone, smartphon, мобильн, мобайл, телефон, смартфон, io, android",
    "desktop": "desktop, десктоп, компьютер",
}

SEASONS: Mapping[str, str] = {
    "spring": "spring, весн, весен",
    "summer": "summer, летн",
    "autumn": "autumn, осен",
    "winter": "winter, зим, зимн",
    "black friday": "black friday, cyber monday, черн пятниц, киберпонедельник",
    "valentine": "valentin, 14 februari, валентин, 14 феврал",
    "easter": "easter, пасх, пасхальн",
    "8 march": "8 march, 8 март, women day, женск ден",
    "school": "back school, 1 сентябр, школ, школьн, first septemb",
    "halloween": "halloween, хэллоуин, хеллоуин",
    "christmas": "christma, new year, xmas, нов год, новогодн, рождеств, рождественск",
}

TURNS: Mapping[str, str] = {
    "open": "open, allow, unblock, enabl, restor, откр, разреш, вернут, пуска, пуст, включ, разблокирова",
    "close": (
        "close, remov, block, hide, disabl, forbid, delet, закр, убра, запрет, скрыт, удал, отключ, заблокирова, спрята"
    ),
}

WORDS: Mapping[str, str] = {
    "order": "order, purchas, заказ, покупк",
    "gift": "gift, present, подарок, подарк, подарочн",
    "card": "card, карт",
    "colour": "colour, color, цвет",
    "variant": "variant, variat, вариант",
    "print": "print, printer, печа, печат, напечата",
    "author": "author, автор, authorship",
    "phone number": "phone number, номер телефон",
    "size": "size, размер",
    "table": "tabl, chart, таблиц",
    "question": "question, вопрос",
    "customer": "custom, buyer, shopper, покупател, клиент",
    "button": "button, кнопк, кнопок",
    "banner": "banner, баннер",
    "calendar": "calendar, календар",
    "hours": "hour, time, час, врем",
    "double": "doubl, twice, two, дважд, две, двойн",
    "lost": "lost, lose, disappear, пропада, теря, исчеза",
    "language": "languag, язык",
    "translation": "translat, перевод, перевед, перевест",
    "currency": "currenc, валют",
    "address": "address, адрес",
    "upper case": "uppercas, capit letter, верхн регистр, заглавн",
    "length": "long, length, длин",
    "cut": "cut, truncat, обреза",
    "old": "old, outdat, obsolet, стар, устаревш, устарел",
    "empty": "empti, blank, пуст",
    "unique": "uniqu, уникальн",
    "identical": "ident, duplic, одинаков, совпада, повторя",
    "order of": "random order, sort, порядок, сортировк",
    "update": "date, дат",
    "daily": "today, daili, сегодняшн, ежедневн",
    "wait": "week, долг, недел",
    "error": "error, ошибк",
    "refuse": "refus, deni, отказ, отказыва",
    "firewall": "firewal, waf, файрвол, фаервол",
    "server": "server, сервер",
    "staging": "stage, test server, stand, тестов, стенд, стейджинг",
    "app": "app, applic, приложен",
    "budget": "budget, бюджет",
    "subdomain": "subdomain, поддом, поддомен",
    "domain": "domain, дом",
    "chain": "chain, цепочк, цепочек",
    "folder": "folder, directori, subfold, папк",
    "night": "night, ноч",
    "search engine": "search engin, поисковик, поисков систем",
    "employee": "employe, staff, сотрудник",
    "supplier": "supplier, vendor, поставщик",
    "invoice": "invoic, счет фактур",
    "loyalty": "loyalti, bonus, лояльност, бонус, балл",
    "coupon": "coupon, promo code, voucher, промокод, купон",
    "certificate": "gift certif, подарочн сертификат",
    "comparison": "compar, comparison, сравнен, сравн",
    "wishlist": "wishlist, favourit, favorit, избра, вишлист",
    "alternative": "altern, substitut, replac, зам, замен, альтернатив, аналог",
    "combination": "combin, сочетан, комбинац",
    "shoes": "shoe, footwear, обув",
    "clothes": "cloth, apparel, одежд",
    "session": "session, сесс",
    "identifier": "id, identifi, идентификатор",
    "version": "version, верс",
    "policy": "polici, политик, прав",
    "click": "click, клик",
    "event": "event, событ",
    "count": "count, счита, учитыва",
    "background": "background, фон",
    "screen": "screen, экра",
    "cover": "cover, overlap, закрыва, перекрыва, загоражива",
    "notice": "notif, push, уведомлен",
    "name": "name, им, назван",
    "number": "number, номер, числ",
    "picture size": "heavi, тяжел, big, larg",
    "compress": "compress, сжат, gzip, brot",
    "header": "header, шапк, хедер",
    "sidebar": "sidebar, сайдбар, боков",
    "tile": "tile, плитк",
    "letter": "mail, email, письм, почт",
    "chat": "chat, чат",
    "widget": "widget, виджет",
    "pdf": "pdf",
    "warehouse": "warehous, stock level, склад, остатк",
    "agreement": "contract, договор",
}

FACETS: Mapping[str, Mapping[str, str]] = {
    "issue": ISSUES,
    "thing": THINGS,
    "kind": KINDS,
    "metric": METRICS,
    "place": PLACES,
    "market": MARKETS,
    "device": DEVICES,
    "season": SEASONS,
    "turn": TURNS,
    "word": WORDS,
}
"""`thing` are objects that many different matters concern, `word` other words that both languages have."""

WEAK_STEMS = """
add better broken bug chang check correct could creat done everi fix get give googl improv issu link make
mani miss must need new page pleas problem proper put search seo set sever shop show site still support
tag updat url use want websit without work would wrong yandex адрес везд внедр внедрен выдач гугл добав
добавьт исправ котор настро наш неверн неправильн нескольк нов нуж нужн обнов отсутств ошибк пожалуйст
поиск показа показыва поправ постав поставьт почин проблем просьб работа сайт сдела созда ссылк страниц
тег улучш хот част яндекс
"""

WEAK = frozenset(WEAK_STEMS.split())
