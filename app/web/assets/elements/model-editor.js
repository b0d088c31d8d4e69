import { indentOf, lineAt, offsetOf, write } from "./text.js";

const INDENT = "  ";
const OPENS = /:\s*$/; // a line behind which one writes further in

/** Line numbers, marks of findings and keys around a text field, which stays what it is: undo, selection and form. */
class ModelEditor extends HTMLElement {
  #lines = 0;
  #mayLeave = false;
  #watching;
  #listening;

  connectedCallback() {
    this.area = this.querySelector("textarea");
    this.page = this.querySelector(".page");
    this.#furnish();
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    this.area.addEventListener("input", () => this.#draw(), { signal });
    this.area.addEventListener("scroll", () => this.#follow(), { passive: true, signal });
    this.area.addEventListener("keydown", (event) => this.#pressed(event), { signal });
    this.area.addEventListener("blur", () => (this.#mayLeave = false), { signal });
    document.addEventListener("selectionchange", () => document.activeElement === this.area && this.#here(), { signal });
    document.addEventListener("click", (event) => this.#clicked(event), { signal });
    this.gutter.addEventListener("click", (event) => this.#clicked(event), { signal });
    this.#watching = new MutationObserver(() => this.#mark());
    const found = this.#list;
    if (found) this.#watching.observe(found, { childList: true, subtree: true });
    this.#draw();
    this.#mark();
    this.#here();
  }

  disconnectedCallback() {
    this.#listening.abort();
    this.#watching.disconnect();
  }

  /** Another text in place of this one, as if it had been typed: it can be undone. */
  replace(text) {
    const before = this.area.value;
    if (before === text) return;
    let start = 0;
    while (start < before.length && start < text.length && before[start] === text[start]) start += 1;
    let [end, last] = [before.length, text.length];
    while (end > start && last > start && before[end - 1] === text[last - 1]) [end, last] = [end - 1, last - 1];
    this.area.focus({ preventScroll: true });
    this.area.setSelectionRange(start, end);
    write(this.area, text.slice(start, last));
  }

  /** Put the cursor there and show it; lines and columns are counted from 1. */
  go(line, column) {
    const text = this.area.value;
    const start = column ? offsetOf(text, line, column) : offsetOf(text, line, 1 + indentOf(text.slice(offsetOf(text, line, 1))).length);
    const word = /^[\p{L}\p{N}_-]*/u.exec(text.slice(start, start + 80))[0];
    this.area.focus({ preventScroll: true });
    this.area.setSelectionRange(start, start + word.length);
    this.area.scrollTop = (line - 1) * this.#height - this.area.clientHeight / 2;
    this.area.scrollLeft = Math.max(0, ((column ?? 1) - 40) * 7);
    if (this.getBoundingClientRect().top < 0 || this.getBoundingClientRect().top > innerHeight / 2) this.scrollIntoView({ block: "start" });
    this.#here();
  }

  get #list() {
    return this.dataset.findings ? document.querySelector(this.dataset.findings) : null;
  }

  get #height() {
    return parseFloat(getComputedStyle(this.area).lineHeight);
  }

  /** What stands around the field; nothing of it means anything to those who do not see it. */
  #furnish() {
    this.gutter?.remove();
    this.stripes?.remove();
    this.gutter = document.createElement("div");
    this.gutter.className = "gutter";
    this.gutter.setAttribute("aria-hidden", "true");
    this.moves = document.createElement("div");
    this.moves.className = "moves";
    this.numbers = document.createElement("div");
    this.numbers.className = "numbers";
    this.flags = document.createElement("div");
    this.moves.append(this.numbers, this.flags);
    this.wide = document.createElement("div"); // as wide as the longest number
    this.wide.className = "numbers";
    this.gutter.append(this.moves, this.wide);
    this.stripes = document.createElement("div");
    this.stripes.className = "stripes";
    this.now = stripe("now");
    this.stripes.append(this.now);
    this.page.prepend(this.stripes, this.gutter);
  }

  #draw() {
    const text = this.area.value;
    let count = 1;
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) count += 1;
    if (count !== this.#lines) {
      this.#lines = count;
      this.numbers.textContent = Array.from({ length: count }, (_, at) => at + 1).join("\n");
      this.wide.textContent = String(count);
      this.wide.style.visibility = "hidden";
    }
    this.#here();
  }

  #follow() {
    const moved = `translateY(${-this.area.scrollTop}px)`;
    this.moves.style.transform = moved;
    this.stripes.style.transform = moved;
  }

  #top(line) {
    return `${parseFloat(getComputedStyle(this.area).paddingTop) + (line - 1) * this.#height}px`;
  }

  #here() {
    const { line, column } = lineAt(this.area.value, this.area.selectionEnd);
    this.now.style.top = this.#top(line);
    this.querySelector("[data-at]").textContent = `Line ${line} of ${this.#lines}, column ${column}`;
  }

  get #findings() {
    const rows = this.#list?.querySelectorAll("[data-finding]") ?? [];
    return [...rows].map(({ dataset }) => ({
      line: Number(dataset.line),
      column: Number(dataset.column) || 1,
      level: dataset.level,
      text: dataset.said,
    }));
  }

  #mark() {
    for (const old of this.stripes.querySelectorAll("[data-level=error]")) old.remove();
    const flags = new Map();
    for (const found of this.#findings) {
      if (flags.get(found.line)?.dataset.level === "error") continue;
      flags.set(found.line, this.#flag(found));
    }
    this.flags.replaceChildren(...flags.values());
    for (const [line, { dataset }] of flags) {
      if (dataset.level !== "error") continue;
      const shown = stripe("error");
      shown.style.top = this.#top(line);
      this.stripes.append(shown);
    }
    this.#follow();
  }

  #flag({ line, column, level, text }) {
    const flag = document.createElement("span");
    flag.className = "flag";
    flag.title = text;
    flag.style.top = this.#top(line);
    Object.assign(flag.dataset, { line, column, level });
    return flag;
  }

  #clicked(event) {
    const way = event.target.closest?.("[data-line]");
    if (!way || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    this.go(Number(way.dataset.line), Number(way.dataset.column));
  }

  #pressed(event) {
    if (event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
    const mayLeave = this.#mayLeave;
    this.#mayLeave = event.key === "Escape" || (mayLeave && event.key === "Shift");
    if (event.key === "Tab" && !mayLeave && this.#indent(event.shiftKey)) event.preventDefault();
    if (event.key === "Enter" && this.#newLine()) event.preventDefault();
    if (event.key === "F8") {
      event.preventDefault();
      this.#jump(event.shiftKey);
    }
  }

  #jump(isBack) {
    const found = this.#findings;
    const { line, column } = lineAt(this.area.value, this.area.selectionStart);
    const at = line * 1e5 + column;
    const places = found.map((one) => one.line * 1e5 + one.column);
    let next = isBack ? places.findLastIndex((place) => place < at) : places.findIndex((place) => place > at);
    if (next < 0) next = isBack ? found.length - 1 : 0;
    const said = found[next];
    this.querySelector("[data-found]").textContent = said ? `${next + 1} of ${found.length}, line ${said.line}, ${said.level}: ${said.text}` : "Nothing was found.";
    if (said) this.go(said.line, said.column);
  }

  /** Whether the key meant something here. */
  #indent(isBack) {
    const { selectionStart, selectionEnd, value } = this.area;
    const isOneLine = !value.slice(selectionStart, selectionEnd).includes("\n");
    if (isOneLine && !isBack) return write(this.area, INDENT);
    const start = value.lastIndexOf("\n", selectionStart - 1) + 1;
    const behind = value.indexOf("\n", Math.max(selectionEnd - 1, selectionStart));
    const end = behind < 0 ? value.length : behind;
    const before = value.slice(start, end);
    const after = before.replace(/^.*$/gm, (line) => (isBack ? line.replace(/^ {1,2}/, "") : line && INDENT + line));
    if (after === before) return !isOneLine;
    this.area.setSelectionRange(start, end);
    write(this.area, after);
    const at = Math.max(start, selectionStart - (before.length - after.length));
    if (isOneLine) this.area.setSelectionRange(at, at);
    else this.area.setSelectionRange(start, start + after.length);
    return true;
  }

  /** A new line begins below the text of the one above it, further in behind a colon. */
  #newLine() {
    const { selectionStart, value } = this.area;
    const line = value.slice(value.lastIndexOf("\n", selectionStart - 1) + 1, selectionStart);
    const indent = indentOf(line) + (OPENS.test(line) ? INDENT : "");
    return indent !== "" && write(this.area, `\n${indent}`);
  }
}

function stripe(level) {
  const made = document.createElement("div");
  made.className = "stripe";
  made.dataset.level = level;
  return made;
}

customElements.define("model-editor", ModelEditor);
