const STOP = "summary, a[href]";

/** Arrow keys for a tree of folders (<details>) and files (links): up, down, open, close, first, last. */
class TreeView extends HTMLElement {
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
        return undefined;
    }
  }
}

customElements.define("tree-view", TreeView);
