/* What a page is measured by in the browser: its width, what its texts do to their boxes, what moves. */
(() => {
  "use strict";

  const WORD = /\p{L}{3}/u;
  const OURS = "script, style, template, svg, textarea, kbd, time";
  const name = (element) => {
    const text = (element.textContent ?? "").replace(/\s+/g, " ").trim().slice(0, 50);
    const called = [element.tagName.toLowerCase(), element.id && `#${element.id}`, ...[...element.classList].map((one) => `.${one}`)];
    return `${called.join("")} “${text}”`;
  };
  const seen = (element) => element.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true });
  const tiny = (element) => element.clientWidth <= 1 || element.clientHeight <= 1;

  function isBox(style) {
    const edge = ["Top", "Right", "Bottom", "Left"].some((side) => parseFloat(style[`border${side}Width`]) > 0);
    return edge || !/^(rgba\(0, 0, 0, 0\)|transparent)$/.test(style.backgroundColor);
  }

  /* Every text that is made of words, once more behind itself; numbers and times stay as they are. */
  function doubleTexts() {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found = [];
    while (walker.nextNode()) found.push(walker.currentNode);
    for (const node of found) {
      const text = node.nodeValue.trim();
      if (WORD.test(text) && !node.parentElement.closest(OURS)) node.nodeValue = node.nodeValue.replace(text, `${text} ${text}`);
    }
  }

  /* Boxes whose content is cut off without an ellipsis, or stands out of them. */
  function spilled() {
    const found = [];
    for (const element of document.body.querySelectorAll("*")) {
      if (element.closest("svg") || element.matches("input, select, textarea, option") || !seen(element) || tiny(element)) continue;
      const style = getComputedStyle(element);
      const wide = element.scrollWidth > element.clientWidth + 1;
      const high = element.scrollHeight > element.clientHeight + 1 + 2 * (parseFloat(style.overflowClipMargin) || 0);
      const cutX = /hidden|clip/.test(style.overflowX), cutY = /hidden|clip/.test(style.overflowY);
      if (wide && cutX && style.textOverflow !== "ellipsis") found.push(`cut off: ${name(element)}`);
      else if (high && cutY && style.webkitLineClamp === "none") found.push(`cut off below: ${name(element)}`);
      else if (wide && style.overflowX === "visible" && style.display !== "inline" && isBox(style)) found.push(`out of its box: ${name(element)}`);
    }
    return found;
  }

  /* Elements that move for longer than so many milliseconds. */
  function moving(most) {
    const longest = (text) => Math.max(...text.split(",").map((one) => parseFloat(one) * (one.trim().endsWith("ms") ? 1 : 1000)));
    const found = [];
    for (const element of [document.documentElement, ...document.body.querySelectorAll("*")])
      for (const pseudo of ["", "::before", "::after"]) {
        const style = getComputedStyle(element, pseudo || null);
        const animated = style.animationName !== "none" && longest(style.animationDuration) > most;
        if (animated || longest(style.transitionDuration) > most || style.scrollBehavior === "smooth") found.push(name(element) + pseudo);
      }
    return found;
  }

  /* What has the focus, where something else lies over all of it or it is out of sight; empty where it can be seen. */
  function hiddenFocus() {
    const element = document.activeElement;
    const box = element.getBoundingClientRect();
    if (element === document.body || box.width <= 1 || box.height <= 1) return "";
    const shown = [0.1, 0.5, 0.9].some((x) => [0.1, 0.5, 0.9].some((y) => {
      const top = document.elementFromPoint(box.left + box.width * x, box.top + box.height * y);
      return top && (element.contains(top) || top.contains(element) || top.closest("label")?.control === element);
    }));
    return shown ? "" : name(element);
  }

  window.measures = { doubleTexts, spilled, moving, hiddenFocus };
})();
