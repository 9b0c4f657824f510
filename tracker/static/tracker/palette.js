/* The palette: search, do, go; and the records somebody looked at last, kept in their browser alone. */
(() => {
  "use strict";

  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const user = $("meta[name=tandem-user]")?.content;
  const dialog = $("#palette");
  const input = $("#palette-q");
  const list = $("#palette-list");
  if (!dialog) return;

  /* ---- records looked at last ---- */

  const PREFIX = "tandem-recent:";
  const MOST = 8;
  const stored = () => Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));

  function known() {
    try {
      const records = JSON.parse(localStorage.getItem(PREFIX + user)) ?? [];
      return records.filter((one) => String(one.url).startsWith("/") && one.title);
    } catch {
      return [];
    }
  }

  function keep(records) {
    try {
      localStorage.setItem(PREFIX + user, JSON.stringify(records.slice(0, MOST + 1)));
    } catch { /* a full or closed store: nothing is offered again */ }
  }

  const recent = () => known().filter((one) => one.url !== location.pathname).slice(0, MOST);

  function remember() {
    if (!user) return;
    stored().filter((key) => key !== PREFIX + user).forEach((key) => localStorage.removeItem(key));
    const gone = $("#gone")?.dataset.url;
    if (gone) keep(known().filter((one) => one.url !== gone));
    const { url, called: key, title } = $("#record")?.dataset ?? {};
    if (url) keep([{ url, key, title }, ...known().filter((one) => one.url !== url)]);
    const menu = $("#recent");
    if (!menu) return;
    const items = recent().map((one) => made("a", one, "menu-item"));
    $("#recent-list", menu).replaceChildren(...items);
    menu.hidden = !items.length;
  }

  document.addEventListener("submit", (event) => {
    if (new URL(event.target.action).pathname.endsWith("/logout/")) stored().forEach((key) => localStorage.removeItem(key));
  });
  document.addEventListener("htmx:after:settle", remember);
  remember();

  /* ---- what is offered ---- */

  let pending, asked = 0, moved = false, hurried = false;

  function label(element) {
    const copy = element.cloneNode(true);
    $$("kbd, svg, .count", copy).forEach((part) => part.remove());
    return (copy.textContent.trim() || element.getAttribute("aria-label") || "").replace(/\s+/g, " ");
  }

  function made(tag, choice, className = "") {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (choice.url) element.href = choice.url;
    const text = element.appendChild(document.createElement("span"));
    text.className = "clip";
    text.textContent = [choice.key, choice.title].filter(Boolean).join(" ");
    return element;
  }

  function option(choice) {
    const element = made(choice.url ? "a" : "button", choice);
    if (choice.element) {
      element.type = "button";
      element.addEventListener("click", () => {
        dialog.close();
        choice.element.focus();
        choice.element.click();
      });
    }
    if (choice.hint) {
      const hint = element.appendChild(document.createElement(choice.element ? "kbd" : "span"));
      if (!choice.element) hint.className = "soft";
      hint.textContent = choice.hint;
    }
    element.setAttribute("role", "option");
    element.tabIndex = -1;
    return element;
  }

  const options = () => $$("[role=option]", list);

  function draw(groups) {
    const told = groups.filter(([, choices]) => choices.length).map(([heading, choices], number) => {
      const group = document.createElement("div");
      group.setAttribute("role", "group");
      const head = group.appendChild(document.createElement("p"));
      head.className = "palette-head";
      head.id = `palette-head-${number}`;
      head.textContent = heading;
      group.setAttribute("aria-labelledby", head.id);
      group.append(...choices.map(option));
      return group;
    });
    list.replaceChildren(...told);
    options().forEach((element, number) => { element.id = `palette-${number}`; });
    mark(0);
  }

  function mark(at) {
    const all = options();
    all.forEach((element, number) => element.setAttribute("aria-selected", number === at));
    if (!all[at]) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", all[at].id);
    if (at) all[at].scrollIntoView({ block: "nearest" });
    else list.scrollTop = 0;
  }

  /* What a key of a row does, with the row it does it to. */
  function deed(element) {
    const row = element.closest("[data-row]");
    const subject = row && $("strong, .what a, a", row);
    const title = subject && !subject.contains(element) ? `${label(element)} · ${label(subject)}` : label(element);
    return { title, hint: element.dataset.key, element };
  }

  /* What can be done here and where one can go; pages that stand in no menu are found once something is typed. */
  function here(text) {
    const fits = (choice) => ` ${choice.title.toLowerCase()}`.includes(` ${text}`);
    const deeds = $$("main [data-key]").map(deed);
    const links = $$(`#places a[href], #more-places a[href], .top-link[data-key=c]${text && ", #pages a"}`);
    const places = links.map((link) => ({ title: label(link), url: link.getAttribute("href") }));
    const one = new Map(places.map((place) => [place.url, place]));
    return [[list.dataset.do, deeds.filter(fits)], [list.dataset.go, [...one.values()].filter(fits)]];
  }

  /* Whoever types the name of a place goes there, whatever else is found. */
  function ordered(text, found, [deeds, [heading, places]]) {
    const named = text.length > 2 ? places.filter((place) => place.title.toLowerCase().startsWith(text)) : [];
    return [[heading, named], ...found, deeds, [heading, places.filter((place) => !named.includes(place))]];
  }

  function fill() {
    const text = input.value.trim().toLowerCase();
    const local = here(text);
    clearTimeout(pending);
    moved = hurried = false;
    pending = 0;
    asked += 1;
    if (!text) {
      draw([[list.dataset.recent, recent()], ...local]);
      return count();
    }
    draw(ordered(text, [], local));
    if (input.dataset.search) pending = setTimeout(() => search(text, local, asked), 150);
    else count();
  }

  async function search(text, local, turn) {
    const url = `${input.dataset.search}?q=${encodeURIComponent(text)}`;
    let found = [];
    try {
      const answer = await fetch(url, { headers: { "HX-Request": "true" } });
      if (answer.ok && !answer.redirected) found = read(await answer.text());
    } catch { /* the places and deeds are still there */ }
    if (turn !== asked) return;
    const chosen = moved && options().findIndex((element) => element.getAttribute("aria-selected") === "true");
    const before = options().length;
    draw([...ordered(text, found, local), [list.dataset.more, [{ title: list.dataset.all.replace("{text}", input.value.trim()), url }]]]);
    if (moved) mark(options().length - before - 1 + chosen);
    pending = 0;
    count();
    if (hurried) options()[0]?.click();
  }

  function read(html) {
    const page = new DOMParser().parseFromString(html, "text/html");
    return $$("section", page).map((section) => [
      $("h2", section)?.textContent ?? "",
      $$("li", section).filter((line) => $("a", line)).map((line) => ({
        title: label($("a", line)),
        url: $("a", line).getAttribute("href"),
        hint: $(".soft", line)?.textContent ?? "",
      })),
    ]);
  }

  function count() {
    $("#palette-count").textContent = list.dataset.found.replace("{count}", options().length);
  }

  dialog.addEventListener("tandem:open", () => {
    input.value = "";
    fill();
  });
  input.addEventListener("input", fill);
  input.addEventListener("keydown", (event) => {
    const all = options();
    const at = all.findIndex((element) => element.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      moved = true;
      mark((at + (event.key === "ArrowDown" ? 1 : -1) + all.length) % (all.length || 1));
    } else if (event.key === "Escape") {
      event.preventDefault(); // a search field would only empty itself
      $("#palette").close();
    } else if (event.key === "Enter" && !event.isComposing && (pending || all[at])) {
      event.preventDefault();
      if (pending && !moved) hurried = true; // the record that the key names is still on its way
      else all[at].click();
    }
  });
})();
