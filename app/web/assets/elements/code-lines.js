const ABOVE = 1000; // lines above one that is fetched

/** Marks the lines that the address names, `#L12` or `#L12-L20`; a click with the shift key makes a range. */
class CodeLines extends HTMLElement {
  #listening;

  connectedCallback() {
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    window.addEventListener("hashchange", () => this.#look(), { signal });
    document.addEventListener("htmx:after:history:push", () => queueMicrotask(() => this.#look()), { signal });
    this.addEventListener("click", (event) => this.#clicked(event), { signal });
    this.#look();
  }

  disconnectedCallback() {
    this.#listening.abort();
  }

  get #letter() {
    return this.dataset.letter;
  }

  /** First and last line of the range in the address, or nothing. */
  get #range() {
    const found = new RegExp(`^#${this.#letter}(\\d+)(?:-${this.#letter}?(\\d+))?$`).exec(location.hash);
    if (!found) return null;
    const ends = [Number(found[1]), Number(found[2] ?? found[1])];
    return ends.sort((one, other) => one - other);
  }

  #clicked(event) {
    const link = event.target.closest("a.count:not([data-leads])");
    if (!link || !event.shiftKey || !this.#range) return;
    event.preventDefault();
    const line = Number(link.textContent);
    const [first, last] = line < this.#range[0] ? [line, this.#range[1]] : [this.#range[0], line];
    getSelection()?.removeAllRanges();
    location.hash = `${this.#letter}${first}-${this.#letter}${last}`;
  }

  /** Of a long file not all lines are here: go to where this one is in the middle. */
  #fetch(line) {
    if (!this.dataset.part || line < 1 || line > Number(this.dataset.total)) return;
    const part = new URL(this.dataset.part, location.href);
    part.searchParams.set("lines", Math.max(1, line - ABOVE));
    part.hash = location.hash;
    location.replace(part);
  }

  #look() {
    for (const line of this.querySelectorAll("[data-marked]")) line.removeAttribute("data-marked");
    const range = this.#range;
    if (!range) return;
    const [first, last] = range;
    const start = document.getElementById(`${this.#letter}${first}`);
    if (!start) {
      this.#fetch(first);
      return;
    }
    for (let number = first; number <= last; number += 1) {
      document.getElementById(`${this.#letter}${number}`)?.setAttribute("data-marked", "");
    }
    start.scrollIntoView({ block: "nearest" });
    // Chunks above it get their true heights only when they are laid out: look again when they are.
    requestAnimationFrame(() => requestAnimationFrame(() => start.scrollIntoView({ block: "nearest" })));
  }
}

customElements.define("code-lines", CodeLines);
