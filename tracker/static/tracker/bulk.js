/* Several rows at once: x and shift+click select, a bar says how many; what is selected outlives a refresh of the list. */
(() => {
  "use strict";

  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const bar = () => document.querySelector("[data-selection]");
  const picks = () => $$("[data-pick]");
  const place = () => location.pathname + location.search;
  let picked = new Set(); // the values, so that they are found again in rows that came anew
  let at = place();
  let last = null; // the value from which shift+click reaches

  function show(announced) {
    const form = bar();
    if (!form) return;
    const all = picks();
    const count = all.filter((box) => box.checked).length;
    form.toggleAttribute("data-on", count > 0);
    const said = form.dataset.said.replace("{count}", count);
    form.querySelector("[data-count]").textContent = said;
    const whole = document.querySelector("[data-pick-all]");
    if (whole) {
      whole.checked = count > 0 && count === all.length;
      whole.indeterminate = count > 0 && count < all.length;
    }
    const live = document.querySelector("#live");
    if (announced && live) live.textContent = said;
  }

  function set(boxes, on) {
    boxes.forEach((box) => {
      box.checked = on;
      if (on) picked.add(box.value);
      else picked.delete(box.value);
    });
    show(true);
  }

  function toggle(box, on, reach) {
    const all = picks();
    const from = all.findIndex((other) => other.value === last);
    const to = all.indexOf(box);
    last = box.value;
    if (!reach || from < 0) return set([box], on);
    set(all.slice(Math.min(from, to), Math.max(from, to) + 1), on);
  }

  /* A label hands the click on without the shift: it is kept from the first of the two clicks. */
  let reaching = false;
  document.addEventListener("click", (event) => {
    const { target } = event;
    if (target.closest?.("label")?.querySelector("[data-pick]") && !target.matches("[data-pick]")) reaching = event.shiftKey;
    if (target.matches?.("[data-pick]")) {
      toggle(target, target.checked, event.shiftKey || reaching);
      reaching = false;
    }
    if (target.matches?.("[data-pick-all]")) set(picks(), target.checked);
    if (target.closest?.("[data-unpick]")) {
      set(picks(), false);
      (picks()[0]?.closest("[data-row]") ?? document.querySelector("#main")).focus();
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "x" || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest("input:not([type=checkbox]), textarea, select, dialog")) return;
    const box = document.activeElement?.closest("[data-row]")?.querySelector("[data-pick]");
    if (!box) return;
    event.preventDefault();
    toggle(box, !box.checked, event.shiftKey);
  });

  function prepare() {
    if (at !== place()) {
      picked = new Set();
      last = null;
      at = place();
    }
    picks().forEach((box) => { box.checked = picked.has(box.value); });
    picked = new Set(picks().filter((box) => box.checked).map((box) => box.value));
    show(false);
  }

  document.addEventListener("htmx:after:settle", prepare);
  window.addEventListener("pageshow", () => {
    picked = new Set(picks().filter((box) => box.checked).map((box) => box.value));
    show(false);
  });
  prepare();
})();
