const STOP = "summary, a[href]";
const PATIENCE_MS = 700; // between two letters of one name

/** Keys for a tree of folders (<details>) and files (links): up, down, open, close, first, last, and names by their letters. */
class TreeView extends HTMLElement {
  #typed = "";
  #typedAt = 0;

  connectedCallback() {
    this.addEventListener("keydown", (event) => this.#pressed(event));
  }

  #pressed(event) {
    const here = event.target.closest(STOP);
    if (!here || event.altKey || event.ctrlKey || event.metaKey) return;
    const next = this.#next(event.key, here);
    if (next === undefined) return;
    event.preventDefault();
    next?.focus();
  }

  /** Where this key leads: a stop, null for nowhere, undefined when it is not ours. */
  #next(key, here) {
    const stops = [...this.querySelectorAll(STOP)].filter((stop) => stop.checkVisibility());
    const at = stops.indexOf(here);
    const folder = here.matches("summary") ? here.parentElement : null;
    switch (key) {
      case "ArrowDown":
        return stops[at + 1] ?? null;
      case "ArrowUp":
        return stops[at - 1] ?? null;
      case "Home":
        return stops[0];
      case "End":
        return stops.at(-1);
      case "ArrowRight":
        if (!folder) return undefined;
        if (folder.open) return stops[at + 1] ?? null;
        folder.open = true;
        return null;
      case "ArrowLeft":
        if (!folder?.open) return here.closest("ul")?.closest("details")?.querySelector("summary") ?? null;
        folder.open = false;
        return null;
      default:
        return this.#named(key, stops, at);
    }
  }

  /** The next stop whose name begins with what is being typed; the same letter again goes on to the one after it. */
  #named(key, stops, at) {
    if (key.length !== 1 || !/[\p{L}\p{N}._-]/u.test(key)) return undefined;
    const now = performance.now();
    const goesOn = now - this.#typedAt < PATIENCE_MS && this.#typed !== key.toLowerCase();
    this.#typed = (goesOn ? this.#typed : "") + key.toLowerCase();
    this.#typedAt = now;
    const start = this.#typed.length > 1 ? at : at + 1;
    const name = (stop) => (stop.querySelector(".name") ?? stop).textContent.trim().toLowerCase();
    return [...stops.slice(start), ...stops.slice(0, start)].find((stop) => name(stop).startsWith(this.#typed));
  }
}

customElements.define("tree-view", TreeView);
