/* Files are sent as soon as they are chosen, dropped or pasted; the form then carries a mark of each, and none is lost. */
(() => {
  "use strict";

  const boxOf = (element) => element?.closest?.("form")?.querySelector("[data-files]");
  const list = (box) => box.querySelector("[data-list]");
  const input = (box) => box.querySelector("input[type=file]");
  const inUnits = (amount, unit) => new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit, maximumFractionDigits: 1 }).format(amount);
  const sizeOf = ({ size }) => (size < 1e6 ? inUnits(Math.max(0.1, size / 1024), "kilobyte") : inUnits(size / 1048576, "megabyte"));

  function announce(text) {
    const live = document.querySelector("#live");
    if (live) live.textContent = text;
  }

  const say = (box, words, values) => Object.entries(values).reduce((text, [key, value]) => text.replace(`{${key}}`, value), box.dataset[words]);

  function line(box, file) {
    const row = document.createElement("li");
    const told = row.appendChild(document.createElement("span"));
    told.textContent = `${file.name} · ${sizeOf(file)} `;
    const out = row.appendChild(document.createElement("button"));
    out.type = "button";
    out.className = "btn quiet";
    out.textContent = box.dataset.remove;
    out.setAttribute("aria-label", `${box.dataset.remove}: ${file.name}`);
    list(box).append(row);
    return { row, told, out };
  }

  function fail(box, row, text) {
    row.className = "error";
    row.textContent = text;
    announce(text);
  }

  function send(box, file) {
    const { row, told, out } = line(box, file);
    if (file.size > Number(box.dataset.bytes)) return fail(box, row, say(box, "large", { name: file.name }));
    const bar = told.after(document.createElement("progress")) ?? told.nextSibling;
    bar.max = 100;
    bar.setAttribute("aria-label", file.name);
    const form = box.closest("form");
    const call = new XMLHttpRequest();
    call.open("POST", box.dataset.files);
    call.setRequestHeader("X-CSRFToken", form.elements.csrfmiddlewaretoken.value);
    call.upload.addEventListener("progress", (event) => { bar.value = event.lengthComputable ? (100 * event.loaded) / event.total : 0; });
    call.addEventListener("loadend", () => {
      busy(form, -1);
      if (!row.isConnected) return;
      bar.remove();
      let answer = {};
      try { answer = JSON.parse(call.responseText); } catch { /* said below */ }
      if (call.status !== 200) return fail(box, row, answer.error ?? say(box, "lost", { name: file.name }));
      const mark = row.appendChild(document.createElement("input"));
      mark.type = "hidden";
      mark.name = box.dataset.marks;
      mark.value = answer.mark;
      announce(say(box, "here", { name: file.name }));
    });
    out.addEventListener("click", () => {
      call.abort();
      row.remove();
      input(box).focus();
    });
    busy(form, 1);
    row.dispatchEvent(new Event("input", { bubbles: true })); // what is not sent yet is not to be swept away
    const body = new FormData();
    body.append("file", file);
    call.send(body);
  }

  /* A form is not sent while a file of it is still on its way. */
  function busy(form, by) {
    const count = Number(form.dataset.coming ?? 0) + by;
    if (count) form.dataset.coming = count;
    else delete form.dataset.coming;
    form.querySelectorAll("button:not([type=button])").forEach((button) => { button.disabled = count > 0; });
  }

  function take(box, files) {
    const most = Number(box.dataset.most);
    const fresh = [...files];
    if (most === 1) list(box).replaceChildren();
    if (list(box).querySelectorAll("li:not(.error)").length + fresh.length > most) return announceIn(box, box.dataset.many);
    fresh.forEach((file) => send(box, file));
  }

  function announceIn(box, text) {
    const row = list(box).appendChild(document.createElement("li"));
    fail(box, row, text);
  }

  document.addEventListener("change", (event) => {
    const box = event.target.matches?.("[data-files] input[type=file]") && event.target.closest("[data-files]");
    if (!box) return;
    take(box, event.target.files);
    event.target.value = "";
  });

  const carries = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  ["dragover", "drop"].forEach((name) => document.addEventListener(name, (event) => {
    if (!carries(event)) return;
    event.preventDefault(); // a file that is dropped beside a form must not replace the page
    const box = event.target.closest?.("[data-files]") ?? boxOf(event.target);
    if (!box) return;
    box.classList.toggle("over", name === "dragover");
    if (name === "drop") take(box, event.dataTransfer.files);
  }));
  document.addEventListener("dragleave", (event) => {
    const box = event.target.closest?.("[data-files]") ?? boxOf(event.target);
    box?.classList.remove("over");
  });

  document.addEventListener("paste", (event) => {
    const files = event.clipboardData?.files;
    const box = files?.length && boxOf(event.target);
    if (!box) return;
    event.preventDefault();
    take(box, files);
  });
})();
