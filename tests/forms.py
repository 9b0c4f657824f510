"""Fills in and sends the forms of a page as a browser without JavaScript does."""

import re
from html import unescape
from html.parser import HTMLParser
from typing import Any, Protocol

from django.test import Client

Fields = dict[str, list[str]]


class Page(Protocol):
    """What a client got."""

    status_code: int

    @property
    def content(self) -> bytes: ...


class Forms(HTMLParser):
    """All forms of a page: address, method and the values that would be sent if nobody touched them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str, Fields]] = []
        self.area: str | None = None
        self.choice: str | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append((values.get("action", ""), values.get("method", "get"), {}))
        elif self.found and tag == "input" and values.get("type") not in ("submit", "button", "file"):
            box = values.get("type") in ("checkbox", "radio")
            if "name" in values and (not box or "checked" in values):
                self._add(values["name"], values.get("value", "on" if box else ""))
        elif self.found and tag == "textarea" and "name" in values:
            self.area = values["name"]
            self._add(self.area, "")
        elif self.found and tag == "select":
            self.choice = values.get("name")
        elif tag == "option" and self.choice and ("selected" in values or self.choice not in self.found[-1][2]):
            self.found[-1][2][self.choice] = [values.get("value", "")]

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.area = None
        if tag == "select":
            self.choice = None

    def handle_data(self, data: str) -> None:
        if self.area and self.found:
            self.found[-1][2][self.area] = [self.found[-1][2][self.area][0] + data.removeprefix("\n")]

    def _add(self, name: str, value: str) -> None:
        self.found[-1][2].setdefault(name, []).append(value)


def send_form(client: Client, page: Page, action: str, **values: object) -> Page:
    """Sends the form with this address, with these values in it; follows to the page that comes then."""
    forms = [form for form in Forms(page.content.decode()).found if form[0].partition("?")[0] == action]
    assert forms, f"no form {action} on the page"
    address, method, fields = forms[0]
    data: dict[str, Any] = {**fields, **values}
    if method == "get":
        return client.get(address, data, follow=True)
    return client.post(address, data, follow=True)


def text_of(page: Page) -> str:
    """What a reader sees, on one line."""
    body = re.sub(r"<(script|style|template)\b.*?</\1>", " ", page.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body)))


def heading_of(page: Page) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", page.content.decode(), re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", found[1]))).strip() if found else ""
