/* What somebody types in a long form is kept in their browser until the server has it. */
(() => {
  "use strict";

  const user = document.querySelector("meta[name=tandem-user]")?.content;
  if (!user) return;
  const PREFIX = "tandem-draft:";
  const OLDEST = 14 * 24 * 3600 * 1000;
  const words = () => document.querySelector("#words").dataset;
  const forms = () => [...document.querySelectorAll("#main form")].filter((form) => form.method === "post" && form.querySelector("textarea"));
  const keyOf = (form) => `${PREFIX}${user}:${location.pathname}${location.search}>${new URL(form.action).pathname}`;
  const fields = (form) => [...form.elements].filter((field) => field.name && !["hidden", "password", "file", "submit", "button"].includes(field.type) && field.matches("input, textarea, select"));
  const valueOf = (field) => (["checkbox", "radio"].includes(field.type) ? field.checked : field.type === "select-multiple" ? [...field.selectedOptions].map((one) => one.value) : field.value);

  function setValue(field, value) {
    if (["checkbox", "radio"].includes(field.type)) field.checked = value;
    else if (field.type === "select-multiple") [...field.options].forEach((one) => { one.selected = value.includes(one.value); });
    else field.value = value;
  }

  const read = (key) => {
    try {
      return JSON.parse(localStorage.getItem(key));
    } catch {
      return null;
    }
  };

  function keep(form, more = {}) {
    const values = fields(form).map((field) => [field.name, valueOf(field)]);
    try {
      localStorage.setItem(keyOf(form), JSON.stringify({ at: Date.now(), version: form.elements.version?.value ?? "", values, ...more }));
    } catch { /* a full or closed store: the text is still in the form */ }
  }

  const forget = (form) => localStorage.removeItem(keyOf(form));

  /* A draft that was sent is the server's once it has answered: with another page, or with good news on this one. */
  function sweep() {
    const answered = document.querySelector("#flash .flash.good");
    Object.keys(localStorage).filter((key) => key.startsWith(PREFIX)).forEach((key) => {
      const draft = read(key);
      const here = key.startsWith(`${PREFIX}${user}:${location.pathname}${location.search}>`);
      if (!draft || Date.now() - draft.at > OLDEST || (draft.sent && (!here || answered))) localStorage.removeItem(key);
    });
  }

  function bringBack(form) {
    if (form.dataset.draft) return;
    form.dataset.draft = "1";
    const draft = read(keyOf(form));
    if (!draft || form.querySelector("[role=alert]")) return;
    if (draft.version !== (form.elements.version?.value ?? "")) return forget(form);
    /* Fields may come and go with a choice: the second of a name is the second there too. */
    const kept = [...draft.values];
    const take = (name) => kept.splice(kept.findIndex(([one]) => one === name) >>> 0, 1)[0];
    const known = fields(form).map((field) => [field, take(field.name)]).filter(([, found]) => found);
    if (known.every(([field, [, value]]) => JSON.stringify(valueOf(field)) === JSON.stringify(value))) return;
    known.forEach(([field, [, value]]) => setValue(field, value));
    form.dataset.typed = "1";
    const told = document.createElement("p");
    told.className = "draft small soft";
    told.append(words().draft, " ");
    const anew = told.appendChild(document.createElement("button"));
    anew.type = "button";
    anew.className = "btn quiet";
    anew.textContent = words().anew;
    anew.addEventListener("click", () => {
      form.reset();
      delete form.dataset.typed;
      forget(form);
      told.remove();
      fields(form).find((field) => field.matches("textarea, [type=text]"))?.focus();
    });
    form.prepend(told);
  }

  function prepare() {
    sweep();
    forms().forEach(bringBack);
  }

  let typed;
  const flush = () => {
    if (typed?.isConnected) keep(typed);
    typed = null;
  };
  document.addEventListener("input", (event) => {
    const form = event.target.closest("#main form");
    if (!form || !forms().includes(form)) return;
    if (!typed) setTimeout(flush, 300);
    typed = form;
  });
  addEventListener("pagehide", flush);
  document.addEventListener("submit", (event) => {
    typed = null;
    /* Who only has it checked has not handed it in. */
    if (forms().includes(event.target)) keep(event.target, event.submitter?.name === "check" ? {} : { sent: true });
    if (new URL(event.target.action).pathname.endsWith("/logout/")) Object.keys(localStorage).filter((key) => key.startsWith(PREFIX)).forEach((key) => localStorage.removeItem(key));
  });
  document.addEventListener("htmx:after:request", (event) => {
    const { ctx } = event.detail;
    const form = ctx.sourceElement;
    if (form?.matches?.("form") && form.isConnected && form.closest("#main") && ctx.response?.status < 400 && read(keyOf(form))?.sent) forget(form);
  });
  document.addEventListener("htmx:after:settle", prepare);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", prepare);
  else prepare();
})();
