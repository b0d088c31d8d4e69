/** Keeps the tree and the pane of a file together: the chosen file stays marked, the drawer closes behind it. */
class CodeDesk extends HTMLElement {
  #listening;

  connectedCallback() {
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    document.addEventListener("htmx:after:swap", () => this.#look(), { signal });
    this.addEventListener("click", (event) => this.#clicked(event), { signal });
    this.#look();
    this.querySelector(".tree a[aria-current]")?.scrollIntoView({ block: "nearest" });
  }

  disconnectedCallback() {
    this.#listening.abort();
  }

  #clicked(event) {
    if (!event.target.closest("a[data-path]")) return;
    const drawer = this.querySelector("[popover]");
    if (drawer?.matches(":popover-open")) drawer.hidePopover();
  }

  /** Mark in the tree what the pane shows, and let the filter come back to it. */
  #look() {
    const path = this.querySelector("#file")?.dataset.path ?? "";
    this.toggleAttribute("data-empty", !path);
    for (const link of this.querySelectorAll("a[data-path]")) {
      if (link.dataset.path === path) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    const kept = this.querySelector("input[name=path]");
    if (kept) kept.value = path;
  }
}

customElements.define("code-desk", CodeDesk);
