/* Names of colleagues after an @; whoever types the whole name needs none of this. */
(() => {
  "use strict";

  const TAIL = /(^|\s)@([^@\n]{1,40})$/u;
  let field, list, asked;

  function close() {
    list?.remove();
    list = null;
    field?.removeAttribute("aria-activedescendant");
  }

  const tail = () => field.value.slice(0, field.selectionStart).match(TAIL)?.[2];
  const chosen = () => list?.querySelector("[aria-selected=true]");

  function mark(option) {
    [...list.children].forEach((one) => one.setAttribute("aria-selected", one === option));
    field.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  function take(name) {
    field.setRangeText(`${name} `, field.selectionStart - tail().length, field.selectionStart, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
    close();
    field.focus();
  }

  function offer(names) {
    close();
    if (!names.length) return;
    list = document.createElement("div");
    list.id = `${field.id}-names`;
    list.className = "names palette-list";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", field.labels[0]?.textContent ?? "");
    list.append(...names.map((name, number) => {
      const option = document.createElement("button");
      option.type = "button";
      option.id = `${list.id}-${number}`;
      option.tabIndex = -1;
      option.setAttribute("role", "option");
      option.textContent = name;
      option.addEventListener("mousedown", (event) => { event.preventDefault(); take(name); });
      return option;
    }));
    field.after(list);
    field.setAttribute("aria-controls", list.id);
    mark(list.firstChild);
  }

  document.addEventListener("input", (event) => {
    if (!event.target.matches?.("[data-mentions]")) return;
    field = event.target;
    clearTimeout(asked);
    const text = tail();
    if (!text || text.length < 2) return close();
    asked = setTimeout(async () => {
      try {
        const answer = await fetch(`${field.dataset.mentions}?q=${encodeURIComponent(text)}`);
        const { names } = answer.ok && !answer.redirected ? await answer.json() : { names: [] };
        if (tail() === text) offer(names.filter((name) => name !== text));
      } catch { close(); }
    }, 120);
  });

  document.addEventListener("keydown", (event) => {
    if (!list || event.target !== field) return;
    const all = [...list.children];
    const at = all.indexOf(chosen());
    if (event.key === "ArrowDown" || event.key === "ArrowUp") mark(all[(at + (event.key === "ArrowDown" ? 1 : -1) + all.length) % all.length]);
    else if (event.key === "Enter" || event.key === "Tab") take(chosen().textContent);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }, true);
  document.addEventListener("focusout", (event) => event.target === field && close());
})();
