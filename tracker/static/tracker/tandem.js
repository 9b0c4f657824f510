/* What makes pages quicker under the hands; everything here has a plain link or form behind it. */
(() => {
  "use strict";

  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const words = (name, values = {}) =>
    Object.entries(values).reduce((text, [key, value]) => text.replace(`{${key}}`, value), $("#words")?.dataset[name] ?? "");

  function announce(text) {
    const live = $("#live");
    if (live) live.textContent = text;
  }

  function tell(text, tone) {
    announce(text);
    const flash = document.createElement("div");
    flash.className = `flash ${tone}`;
    flash.dataset.flash = "";
    flash.textContent = text;
    $("#flash")?.replaceChildren(flash);
  }

  /* ---- dialogs ---- */

  function openDialog(id, opener) {
    const dialog = document.getElementById(id);
    if (!dialog?.showModal) return false;
    if (id === "keys") listKeys(dialog);
    dialog.dispatchEvent(new CustomEvent("tandem:open"));
    if (!dialog.open) showFirst(dialog);
    dialog.opener = opener;
    return true;
  }

  function showFirst(dialog) {
    dialog.showModal();
    const first = $("input:not([type=hidden]), select, textarea, .btn.primary", dialog);
    first?.focus();
    if (first?.matches("textarea")) first.setSelectionRange(first.value.length, first.value.length);
  }

  function closeDialog(dialog) {
    dialog.close();
    dialog.opener?.isConnected && dialog.opener.focus();
  }

  /* ---- keys ---- */

  const typing = (element) => element.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
  const visible = (element) => element.checkVisibility?.() ?? element.offsetParent !== null;
  const scope = () => $("dialog:modal") ?? document;
  const rows = () => $$("[data-row]").filter(visible);
  const rowOf = (element) => element?.closest?.("[data-row]");

  const keys = (root) => [...$$("#flash [data-key]", root), ...$$("[data-key]", root)]; // an undo comes before all

  function keyed(key) {
    const row = rowOf(document.activeElement);
    const inRow = row && $$("[data-key]", row).find((element) => element.dataset.key === key && visible(element));
    return inRow || keys(scope()).find((element) => element.dataset.key === key && (visible(element) || key === "c"));
  }

  function walk(step) {
    const all = rows();
    if (!all.length) return;
    const at = all.indexOf(rowOf(document.activeElement));
    const next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.max(0, Math.min(all.length - 1, at + step))];
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  }

  function openRow(row) {
    if (row?.dataset.href) location.assign(row.dataset.href);
  }

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    const key = event.key;
    if ((event.ctrlKey || event.metaKey) && !event.altKey && key.toLowerCase() === "k") {
      if (openDialog("palette", document.activeElement)) event.preventDefault();
      return;
    }
    if (event.ctrlKey || event.metaKey || typing(event.target)) return;
    const row = rowOf(document.activeElement);
    if (event.altKey) {
      if (row?.dataset.moveUrl && (key === "ArrowUp" || key === "ArrowDown")) {
        event.preventDefault();
        step(row, key === "ArrowUp" ? -1 : 1);
      }
      if (row?.dataset.moveUrl && row.closest("[data-group]") && (key === "ArrowLeft" || key === "ArrowRight")) {
        event.preventDefault();
        cross(row, key === "ArrowLeft" ? -1 : 1);
      }
      return;
    }
    if (key === "?" && openDialog("keys", document.activeElement)) return event.preventDefault();
    if (scope() === document) {
      if (key === "j" || key === "k") {
        event.preventDefault();
        return walk(key === "j" ? 1 : -1);
      }
      if (key === "Enter" && document.activeElement === row && row) return openRow(row);
      if (key === "m" && row?.dataset.moveUrl && openMover(row)) return event.preventDefault();
    }
    const target = key.length === 1 && keyed(key);
    if (target) {
      event.preventDefault();
      target.focus();
      target.click();
    }
  });

  function listKeys(dialog) {
    const list = $("[data-keys]", dialog);
    $$("[data-of-page]", list).forEach((line) => line.remove());
    $$("[data-where]", list).forEach((line) => { line.hidden = !$(line.dataset.where); });
    const seen = new Set();
    keys(document).forEach((element) => {
      const { key } = element.dataset;
      if (seen.has(key)) return;
      seen.add(key);
      const line = document.createElement("div");
      line.dataset.ofPage = "";
      const term = line.appendChild(document.createElement("dt"));
      term.appendChild(document.createElement("kbd")).textContent = key;
      line.appendChild(document.createElement("dd")).textContent = label(element);
      list.prepend(line);
    });
  }

  function label(element) {
    const copy = element.cloneNode(true);
    $$("kbd, svg, .count", copy).forEach((part) => part.remove());
    return (copy.textContent.trim() || element.getAttribute("aria-label") || "").replace(/\s+/g, " ");
  }

  /* ---- ranked lists ---- */

  const places = (list) => $$("[data-row-key]", list);
  const called = (row) => row.dataset.rowName ?? row.dataset.rowKey;

  function send(list, row, after) {
    const form = list.previousElementSibling;
    if (!form?.matches("[data-move-form]") || form.dataset.busy) return;
    form.setAttribute("action", row.dataset.moveUrl);
    form.setAttribute("hx-post", row.dataset.moveUrl);
    form.elements.after.value = after?.dataset.rowKey ?? "";
    form.elements.version.value = row.dataset.version;
    row.focus({ preventScroll: true });
    const key = called(row);
    announce(after ? words("moved", { key, after: called(after) }) : words("first", { key }));
    form.requestSubmit();
  }

  function step(row, by) {
    const list = row.closest("[data-sortable]");
    const all = places(list);
    const at = all.indexOf(row);
    const to = at + by;
    if (to < 0 || to >= all.length) return announce(words("edge", { key: called(row) }));
    send(list, row, by > 0 ? all[to] : all[to - 1]);
  }

  function cross(row, by) {
    const list = row.closest("[data-group]");
    const lists = $$(`[data-group="${list.dataset.group}"]`);
    const to = lists[lists.indexOf(list) + by];
    if (!to) return announce(words("edge", { key: called(row) }));
    send(to, row, places(to).at(-1));
  }

  document.addEventListener("tandem:move", ({ detail: { row, after } }) => send($("#main [data-sortable]"), row, after));

  function openMover(row) {
    const form = $("#mover [data-mover]");
    if (!form) return false;
    form.setAttribute("action", row.dataset.moveUrl);
    form.setAttribute("hx-post", row.dataset.moveUrl);
    form.elements.version.value = row.dataset.version;
    $("[data-moving]", form).textContent = row.dataset.rowName ?? `${row.dataset.rowKey} ${$(".what a", row)?.textContent ?? ""}`;
    $$("option", form.elements.after).forEach((choice) => { choice.hidden = choice.disabled = choice.value === row.dataset.rowKey; });
    row.focus({ preventScroll: true });
    return openDialog("mover", row);
  }

  let next, undo;
  const loaded = {};
  const load = (src) =>
    (loaded[src] ??= new Promise((done) => {
      const script = document.createElement("script");
      script.src = src;
      script.addEventListener("load", done);
      document.head.append(script);
    }));

  async function makeSortable(list) {
    if (list.dataset.ready || !(list.dataset.group || $("[data-move-url]", list))) return;
    list.dataset.ready = "1";
    await load($("meta[name=tandem-sortable]").content);
    window.Sortable.create(list, {
      handle: "[data-handle]",
      draggable: "li",
      group: list.dataset.group,
      filter: ".theline, .fold",
      preventOnFilter: false,
      animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 120,
      onStart(event) {
        next = event.item.nextElementSibling;
      },
      onEnd(event) {
        if (event.from === event.to && event.oldIndex === event.newIndex) return;
        let before = event.item.previousElementSibling;
        while (before && !before.dataset.rowKey) before = before.previousElementSibling;
        undo = () => list.insertBefore(event.item, next);
        send(event.to, event.item, before);
      },
    });
  }

  /* ---- clicks, forms, theme ---- */

  document.addEventListener("click", (event) => {
    const target = event.target;
    const opener = target.closest("[data-opens]");
    if (opener && !event.ctrlKey && !event.metaKey && openDialog(opener.dataset.opens, opener)) return event.preventDefault();
    const handle = target.closest("[data-handle]");
    if (handle && openMover(rowOf(handle))) return event.preventDefault();
    const dismiss = target.closest("[data-dismiss]");
    if (dismiss?.closest("dialog:modal")) {
      event.preventDefault();
      return closeDialog(dismiss.closest("dialog"));
    }
    if (target.matches("dialog:modal")) {
      const box = target.getBoundingClientRect();
      if (event.clientY < box.top || event.clientY > box.bottom || event.clientX < box.left || event.clientX > box.right) closeDialog(target);
      return;
    }
    if (target.closest("[data-close]")) return target.closest("[data-flash]")?.remove();
    const day = target.closest("[data-day]");
    if (day) return chooseDay(day);
    const theme = target.closest("[data-theme-is]");
    if (theme) return setTheme(theme.dataset.themeIs);
    const row = rowOf(target);
    if (row && !target.closest("a, button, input, select, textarea, label, summary, form") && !String(getSelection())) openRow(row);
  });

  function chooseDay(day) {
    const input = document.getElementById(day.closest("[data-for]").dataset.for);
    input.value = day.dataset.day;
    input.focus();
    ["input", "change"].forEach((name) => input.dispatchEvent(new Event(name, { bubbles: true })));
  }

  function setTheme(theme) {
    document.cookie = `tandem_theme=${theme}; path=/; max-age=${theme ? 31536000 : 0}; samesite=lax`;
    if (theme) document.documentElement.dataset.theme = theme;
    else delete document.documentElement.dataset.theme;
    $$("[data-theme-is]").forEach((button) => button.setAttribute("aria-pressed", button.dataset.themeIs === theme));
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    const question = event.submitter?.dataset.confirm;
    if (form.dataset.busy || (question && !confirm(question))) {
      event.preventDefault();
      return event.stopImmediatePropagation();
    }
    if (form.method === "get" || form.method === "dialog") return;
    form.dataset.busy = "1";
    event.submitter?.setAttribute("aria-busy", "true");
  }, true);

  function release() {
    $$("form[data-busy]").forEach((form) => delete form.dataset.busy);
    $$("[aria-busy]").forEach((element) => element.removeAttribute("aria-busy"));
  }
  window.addEventListener("pageshow", release);

  /* ---- htmx ---- */

  let place = null;
  let fresh = false; // another page, or a refusal that nothing in it takes the focus to: it is read from its top
  let moving = false; // a row, in a list that stays
  let sent = ""; // the id of a form: where it is gone, its page has become another one

  function remember() {
    const active = document.activeElement;
    const row = rowOf(active);
    const returns = active?.closest?.("[data-returns]")?.dataset.returns;
    place = { key: active?.dataset?.key, id: active?.id, row: row?.id ?? returns, at: row ? rows().indexOf(row) : -1, any: active && active !== document.body };
  }

  function restore() {
    const lost = place; // each part that came in settles for itself: an undo is lost with the last of them
    if (!lost?.any || (document.activeElement && document.activeElement !== document.body)) return;
    place = null;
    const back = (lost.id && document.getElementById(lost.id)) || (lost.row && document.getElementById(lost.row)) ||
      (lost.at >= 0 && rows()[Math.min(lost.at, rows().length - 1)]) || (lost.key && keyed(lost.key)) || $("#main");
    back?.focus({ preventScroll: true });
  }

  document.addEventListener("htmx:after:request", (event) => {
    const { ctx } = event.detail;
    moving = ctx.sourceElement?.matches?.("[data-move-form], [data-mover]");
    sent = ctx.target?.id === "main" ? ctx.sourceElement?.closest?.("form[id]")?.id : "";
    fresh = !moving && ctx.target?.id === "main" && ctx.response?.status >= 400 && !/ autofocus/.test(ctx.text ?? "");
    if (!/<html[\s>]/i.test(ctx.text ?? "") || ctx.target?.id !== "main") return;
    if (ctx.response.raw.redirected) {
      event.preventDefault();
      return location.assign(ctx.response.raw.url);
    }
    ctx.text = $("main", new DOMParser().parseFromString(ctx.text, "text/html"))?.innerHTML ?? ctx.text;
  });
  document.addEventListener("htmx:after:history:push", () => { fresh = !moving; });
  document.addEventListener("htmx:before:swap", (event) => {
    remember();
    if (event.detail?.ctx?.target && event.detail.ctx.target.id !== "main") return; // a part, such as what a day means
    $$("dialog:modal").forEach((dialog) => {
      if (dialog.closest("#main")) place = { ...place, row: dialog.opener?.closest?.("[data-row]")?.id ?? place.row, id: dialog.opener?.id };
      dialog.close();
    });
  });
  document.addEventListener("htmx:after:settle", () => {
    undo = null;
    prepare();
    restore();
    if (fresh || (sent && !document.getElementById(sent))) scrollTo(0, 0);
    fresh = false;
    sent = "";
  });
  document.addEventListener("htmx:finally:request", release);
  document.addEventListener("htmx:error", (event) => {
    if (!event.detail.ctx) return;
    release();
    tell(words("lost"), "bad");
    undo?.();
  });

  /* What was done and asks for nothing stays in the live region, and leaves the view by itself. */
  const SHOWN = 10000;
  function leave(flash) {
    if (flash.matches(":hover, :focus-within")) return setTimeout(leave, SHOWN, flash);
    $$("button, .icon", flash).forEach((part) => part.remove());
    flash.className = "sr-only";
  }

  function prepare() {
    $$("#flash .flash:is(.good, .neutral):not([data-leaves], :has(form, a))").forEach((flash) => {
      flash.dataset.leaves = "";
      setTimeout(leave, SHOWN, flash);
    });
    $$("[data-needs-script], [data-themes], [data-close]").forEach((element) => { element.hidden = false; });
    $$("dialog[data-open]").forEach((dialog) => {
      delete dialog.dataset.open;
      dialog.removeAttribute("open");
      showFirst(dialog);
    });
    $$("[data-script]").forEach((element) => load(element.dataset.script));
    $$("[data-sortable]").forEach(makeSortable);
  }

  /* ---- what others change ---- */

  const BEAT = 2000;
  const unsaved = () => $("#main form[data-typed]");
  const engaged = () => document.hidden || $("dialog:modal, .sortable-chosen, form[data-busy], #main :popover-open") ||
    (typing(document.activeElement) && document.activeElement.closest("#main")) || String(getSelection());

  async function listen() {
    const pulse = $("#pulse");
    const form = unsaved();
    const edits = form?.elements.based_on;
    const busy = () => (edits ? document.hidden || form.dataset.busy : engaged());
    if (!pulse || busy()) return;
    try {
      const answer = await fetch(pulse.dataset.live, { headers: { "If-None-Match": pulse.dataset.stamp }, redirect: "error" });
      if (answer.status !== 204 || !pulse.isConnected || busy()) return;
      if (edits) return await tellSince(form, pulse, answer.headers.get("ETag"));
    } catch { return; }
    if (!unsaved()) return window.htmx.ajax("GET", location.pathname + location.search, { target: "#main", swap: "innerHTML" });
    pulse.remove();
    tell(words("meanwhile"), "warn");
  }

  /* Whoever edits a record is told who changed what in it, before they send; the server merges what does not clash. */
  async function tellSince(form, pulse, stamp) {
    const page = new URL(location);
    page.searchParams.set("since", form.elements.version.value);
    const answer = await fetch(page, { redirect: "error" });
    if (!answer.ok || !form.isConnected) return;
    pulse.dataset.stamp = stamp;
    const story = await answer.text();
    if (story && story !== form.dataset.story) tell(story, "warn");
    form.dataset.story = story;
  }

  setInterval(listen, BEAT);
  document.addEventListener("visibilitychange", listen);
  document.addEventListener("input", (event) => {
    const form = event.target.closest("#main form");
    if (form && form.method !== "get") form.dataset.typed = "1";
  });

  /* ---- back in a list: the row that was opened has the focus again ---- */

  const OPENED = "tandem-opened";
  addEventListener("pagehide", () => {
    const row = rowOf(document.activeElement);
    if (row?.id) sessionStorage.setItem(OPENED, JSON.stringify([location.href, row.id]));
  });
  addEventListener("pageshow", () => {
    const [href, id] = JSON.parse(sessionStorage.getItem(OPENED) ?? "[]");
    const returned = performance.getEntriesByType("navigation")[0]?.type === "back_forward";
    if (returned && href === location.href && document.activeElement === document.body) document.getElementById(id)?.focus({ preventScroll: true });
  });

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", prepare);
  else prepare();
})();
