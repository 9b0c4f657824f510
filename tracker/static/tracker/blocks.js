/* The blocks of the line's picture are dragged as the rows of its list are: the same form, the same words, the same answer.
   What may be moved, and how, stands in the dialog that moves a row to a place; who may not has no such dialog. */
(() => {
  "use strict";

  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const REACH = 5; // pixels before a press becomes a drag
  const AWAY = 80; // pixels above or below the picture's row: let go there, nothing moves
  const blocks = (picture) => $$("[data-block]", picture);
  const choice = (block) => $$("#mover [name=after] option").find((one) => one.value === block.dataset.block);

  const place = (block) => block.querySelector(".piece").getBoundingClientRect();

  let held = null; // {block, at, x, aim} between press and release; `at` is where the block was

  function prepare() {
    $$("[data-block]").forEach((block) => block.classList.toggle("movable", Boolean(choice(block)?.dataset.moveUrl)));
  }

  /* As send() of the list takes a row; the row itself, where the list shows it, has the focus afterwards. */
  function row(block) {
    const { moveUrl, version } = choice(block).dataset;
    const rowKey = block.dataset.block;
    return { dataset: { moveUrl, version, rowKey }, focus: (how) => document.getElementById(`row-${rowKey}`)?.focus(how) };
  }

  function nearest(x) {
    const far = (block) => {
      const { left, right } = block === held.block ? held.at : place(block);
      return Math.max(left - x, x - right, 0);
    };
    return blocks(held.block.parentNode).reduce((best, one) => (far(one) < far(best) ? one : best));
  }

  function aim(block) {
    held.aim?.classList.remove("aim");
    held.aim = block === held.block ? null : block;
    held.aim?.classList.add("aim");
  }

  function release() {
    aim(held.block);
    held.block.removeAttribute("transform");
    held.block.classList.remove("sortable-chosen"); // while it is there nothing of the page is drawn anew
    held = null;
  }

  document.addEventListener("pointerdown", (event) => {
    const block = event.target.closest?.(".movable");
    if (!block || event.button || held) return;
    held = { block, at: place(block), x: event.clientX, aim: null };
    if (event.pointerType === "mouse") event.preventDefault();
  });
  document.addEventListener("pointermove", (event) => {
    if (!held) return;
    const by = event.clientX - held.x;
    if (!held.block.hasAttribute("transform") && Math.abs(by) < REACH) return;
    held.block.classList.add("sortable-chosen");
    held.block.setAttribute("transform", `translate(${by})`);
    const away = Math.abs(event.clientY - held.at.top) > AWAY;
    aim(away ? held.block : nearest(event.clientX));
  });
  document.addEventListener("pointerup", () => {
    if (!held) return;
    const { block, aim: goal } = held;
    release();
    if (!goal) return;
    const all = blocks(block.parentNode);
    const to = all.indexOf(goal);
    const after = to > all.indexOf(block) ? goal : all[to - 1];
    document.dispatchEvent(new CustomEvent("tandem:move", { detail: { row: row(block), after: after && { dataset: { rowKey: after.dataset.block } } } }));
  });
  document.addEventListener("pointercancel", () => held && release());
  document.addEventListener("keydown", (event) => {
    if (!held || event.key !== "Escape") return;
    event.preventDefault();
    release();
  });

  document.addEventListener("htmx:after:settle", prepare);
  prepare();
})();
