/** Two lists of lines side by side: the way of a line leads into the other list, which moves there by itself. */
class LinkedPanes extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", (event) => this.#clicked(event));
    this.addEventListener("pointerover", (event) => this.#hint(event));
    this.addEventListener("focusin", (event) => this.#hint(event));
  }

  #way(event) {
    const link = event.target.closest(".line")?.querySelector("a.way:not([data-elsewhere])");
    return link?.hash ? { link, line: document.getElementById(link.hash.slice(1)) } : {};
  }

  /** Anywhere on the line, unless something is being selected or another link is meant. */
  #clicked(event) {
    if (event.target.closest("a:not(.way)") || event.target.closest("[data-elsewhere]")) return;
    if (!getSelection()?.isCollapsed || event.ctrlKey || event.metaKey) return;
    const { link, line } = this.#way(event);
    if (!line) return;
    event.preventDefault();
    if (location.hash !== link.hash) location.hash = link.hash;
    this.#show(line);
  }

  #show(line) {
    const list = line.closest(".lines");
    list.scrollTop += line.getBoundingClientRect().top - list.getBoundingClientRect().top - list.clientHeight / 3;
  }

  #hint(event) {
    for (const one of this.querySelectorAll("[data-hinted]")) one.removeAttribute("data-hinted");
    this.#way(event).line?.setAttribute("data-hinted", "");
  }
}

customElements.define("linked-panes", LinkedPanes);
