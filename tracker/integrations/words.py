"""What an import says of files and rows, in plain words, each with what to do."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

Words = str | Promise

MEGABYTE = 1024 * 1024
UNREADABLE: Mapping[str, Words] = {
    "empty": _("The file is empty. Export the list of issues again and choose that file."),
    "too_large": _("The file has %(size_mb)s MB; %(limit_mb)s MB fit. Export fewer issues or fewer columns at a time."),
    "binary": _("This is not a text file. In the tracker choose Export, then CSV."),
    "spreadsheet": _("This is a spreadsheet. Save it as CSV (UTF-8) and choose that file."),
    "html": _("This is a web page, perhaps the sign-in page of the tracker. Sign in there and export the CSV again."),
    "xml": _("This is an XML file. In the tracker choose Export, then CSV."),
    "json": _("This is a JSON file. In the tracker choose Export, then CSV."),
    "not_a_table": _("The file has one column only. Export it as CSV with all fields."),
    "no_rows": _("The file has a heading but no rows. Widen the filter in the tracker and export again."),
    "too_many_rows": _("The file has more than %(limit)s rows. Export it in parts, for example by project."),
    "too_many_columns": _("The file has %(columns)s columns; %(limit)s fit. Export fewer fields."),
    "cell_too_large": _("One cell near row %(row)s is longer than a megabyte. Leave that field out of the export."),
    "line_too_long": _("One line is longer than eight megabytes. Perhaps a quote is missing; export the file again."),
    "broken_quotes": _(
        "The quotes near row %(row)s do not match. Export the file again rather than editing it by hand."
    ),
    "column_unknown": _("There is no such column in this file. Choose the columns again."),
    "columns_missing": _("It is not clear which columns hold the key and the title. Choose them."),
    "issue_column_missing": _("It is not clear which column says what is wrong. Choose the columns."),
    "archive": _("This is an archive. Unpack it and choose one of the files in it."),
    "json_broken": _("This begins like JSON and cannot be read as such. Save the list of issues again."),
    "no_issues": _("This JSON holds no issues. Save the answer of GitHub's list of issues, with number and title."),
    "encoding_unknown": _("The characters of the file cannot be read. Save it as CSV (UTF-8)."),
    "not_allowed": _("Whoever started the import may no longer do so. Somebody who may can start it again."),
}
REASONS: Mapping[str, Words] = {
    "empty_row": _("the row is empty"),
    "duplicate_key": _("the key stands in row %(what)s already"),
    "status_skipped": _("its status “%(what)s” is set to be skipped"),
    "project_skipped": _("its project %(what)s is skipped"),
    "no_project": _("it belongs to nothing that counts as a project"),
    "key_missing": _("the row has no key"),
    "key_too_long": _("its key is too long to be one"),
    "row_cut": _("the file ends inside this row; export it again"),
    "parent_not_in_file": _("its parent %(what)s is not in the file"),
    "parent_loop": _("its parents go round in a circle at %(what)s"),
    "another_team": _("the project belongs to another team; ask its lead or the CTO"),
    "would_orphan": _("it would push projects below the line that carry embedded items; change its effort by hand"),
    "not_written": _("the database refused it; tell the administrator"),
    "stale": _("somebody changed it meanwhile; import once more"),
    "urls_below": _("it touches fewer URLs than the threshold"),
    "share_below": _("its share of all URLs is below the threshold"),
    "priority_below": _("its priority is below the threshold"),
    "imported": _("it was imported before"),
    "same_title": _("an open request says the same"),
    "duplicate_finding": _("the same template and issue stand in an earlier row"),
    "issue_missing": _("the row does not say what is wrong"),
    "known_ticket": _("the ticket was imported before"),
    "pull_request": _("it is a pull request, not an issue"),
    "closed": _("it is closed there"),
    "not_an_issue": _("it has no number and no title"),
}
DOUBTS: Mapping[str, Words] = {
    "status_unknown": _("status “%(what)s” is unknown, taken as %(read)s"),
    "status_missing": _("it has no status, taken as %(read)s"),
    "date_unclear": _("date %(what)s was read as %(read)s"),
    "date_unreadable": _("date %(what)s cannot be read and is left out"),
    "dates_reversed": _("starts on %(what)s, after its end on %(read)s; the start is left out"),
    "estimate_unreadable": _("estimate %(what)s cannot be read and is left out"),
    "title_missing": _("it has no title"),
    "title_cut": _("its title was cut to %(read)s characters"),
    "short_row": _("the row has %(what)s cells, the heading %(read)s"),
    "long_row": _("the row has %(what)s cells, the heading %(read)s"),
    "urls_unreadable": _("number of URLs %(what)s cannot be read and is left out"),
    "share_unreadable": _("share %(what)s cannot be read and is left out"),
    "priority_unknown": _("priority “%(what)s” is unknown and is left out"),
    "first_stands_in": _("it stands in row %(what)s already"),
    "owner_unknown": _("nobody here is “%(what)s”; the owner is left empty"),
}
FIELD_NAMES: Mapping[str, Words] = {
    "title": _("title"),
    "stage": _("stage"),
    "owner": _("owner"),
    "starts_on": _("start"),
    "ends_on": _("end"),
    "areas": _("areas"),
    "weeks": _("effort in weeks"),
    "issues_total": _("issues"),
    "issues_done": _("issues done"),
}
PRIORITY_NAMES: Mapping[str, Words] = {
    "critical": pgettext_lazy("priority of a finding", "critical"),
    "high": pgettext_lazy("priority of a finding", "high"),
    "medium": pgettext_lazy("priority of a finding", "medium"),
    "low": pgettext_lazy("priority of a finding", "low"),
    "none": pgettext_lazy("priority of a finding", "none"),
}


ISSUE_NAMES: Mapping[str, Words] = {
    "hreflang": "hreflang",
    "product-markup": pgettext_lazy("issue", "Product markup"),
    "breadcrumbs": pgettext_lazy("issue", "Breadcrumbs"),
    "faq-markup": pgettext_lazy("issue", "FAQ markup"),
    "structured-data": pgettext_lazy("issue", "Structured data"),
    "duplicate-titles": pgettext_lazy("issue", "Duplicate titles"),
    "meta-descriptions": pgettext_lazy("issue", "Meta descriptions"),
    "headings": pgettext_lazy("issue", "Headings"),
    "titles": pgettext_lazy("issue", "Titles"),
    "canonical": pgettext_lazy("issue", "Canonical addresses"),
    "redirects": pgettext_lazy("issue", "Redirects"),
    "server-errors": pgettext_lazy("issue", "Server errors"),
    "soft-404": pgettext_lazy("issue", "Soft 404"),
    "not-found": pgettext_lazy("issue", "Pages not found"),
    "sitemap": pgettext_lazy("issue", "Sitemap"),
    "robots": "robots.txt",
    "noindex": "noindex",
    "pagination": pgettext_lazy("issue", "Pagination"),
    "facets": pgettext_lazy("issue", "Filters and parameters"),
    "indexing": pgettext_lazy("issue", "Indexing"),
    "crawling": pgettext_lazy("issue", "Crawling"),
    "orphans": pgettext_lazy("issue", "Pages without links to them"),
    "internal-links": pgettext_lazy("issue", "Internal links"),
    "external-links": pgettext_lazy("issue", "External links"),
    "alt-text": pgettext_lazy("issue", "Alt texts"),
    "images": pgettext_lazy("issue", "Images"),
    "lcp": "LCP",
    "cls": "CLS",
    "inp": "INP",
    "speed": pgettext_lazy("issue", "Speed"),
    "mobile": pgettext_lazy("issue", "Mobile"),
    "https": pgettext_lazy("issue", "HTTPS and security"),
    "thin-content": pgettext_lazy("issue", "Thin content"),
    "duplicate-content": pgettext_lazy("issue", "Duplicate content"),
    "texts": pgettext_lazy("issue", "Texts"),
    "rendering": pgettext_lazy("issue", "Rendering"),
    "tracking": pgettext_lazy("issue", "Tracking"),
    "social": pgettext_lazy("issue", "Social previews"),
    "urls": pgettext_lazy("issue", "Addresses of pages"),
}
TEMPLATE_NAMES: Mapping[str, Words] = {
    "product": pgettext_lazy("template", "product pages"),
    "category": pgettext_lazy("template", "category pages"),
    "search": pgettext_lazy("template", "search results"),
    "checkout": pgettext_lazy("template", "checkout"),
    "home": pgettext_lazy("template", "home page"),
    "blog": pgettext_lazy("template", "blog"),
    "landing": pgettext_lazy("template", "landing pages"),
    "brand": pgettext_lazy("template", "brand pages"),
    "store": pgettext_lazy("template", "store pages"),
}


def say_issue(issue: str) -> str:
    """A known issue by its name, any other by its own words."""
    return str(ISSUE_NAMES.get(issue) or issue[:1].upper() + issue[1:])


def say_template(template: str) -> str:
    return str(TEMPLATE_NAMES.get(template, template))


def say_priority(name: str) -> str:
    return str(PRIORITY_NAMES.get(name, name))


def say_unreadable(code: str, params: Mapping[str, Any]) -> Words:
    facts = dict(params)
    for name in ("limit", "size"):
        if isinstance(facts.get(name), int):
            facts[f"{name}_mb"] = -(-facts[name] // MEGABYTE)
    return _filled(UNREADABLE, code, facts)


def say_reason(code: str, what: str = "") -> Words:
    return _filled(REASONS, code, {"what": what})


def say_doubt(doubt: Sequence[str]) -> Words:
    """`doubt` is [code, what stands in the file, what was made of it]."""
    code, what, read = doubt
    return _filled(DOUBTS, code, {"what": what, "read": read})


def _filled(sentences: Mapping[str, Words], code: str, facts: Mapping[str, Any]) -> Words:
    sentence = sentences.get(code)
    return code if sentence is None else sentence % facts
