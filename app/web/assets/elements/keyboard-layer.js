const FIELD = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";
const PATIENCE_MS = 1500; // how long `g` waits for its letter
const STORE = "stackwright.keys";

/** Single keys for the whole page: `/` the filter, `g` and a letter a section, `?` the list of keys inside it. */
class KeyboardLayer extends HTMLElement {
  #listening;
  #awaited;

  connectedCallback() {
    this.dialog = this.querySelector("dialog");
    this.choice = this.querySelector("[data-keys]");
    this.choice.checked = localStorage.getItem(STORE) !== "off";
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    document.addEventListener("keydown", (event) => this.#pressed(event), { signal });
    this.choice.addEventListener("change", () => this.#choose(), { signal });
  }

  disconnectedCallback() {
    this.#listening.abort();
    clearTimeout(this.#awaited);
  }

  #choose() {
    localStorage.setItem(STORE, this.choice.checked ? "on" : "off");
  }

  #pressed(event) {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (!this.choice.checked || event.target.closest?.(FIELD) || document.querySelector("dialog[open]")) return;
    if (this.#act(event.key)) event.preventDefault();
  }

  /** Whether the key meant something. */
  #act(key) {
    if (this.#awaited) {
      this.#wait(false);
      const link = document.querySelector(`[data-section="${CSS.escape(key)}"]`);
      link?.click();
      return Boolean(link);
    }
    if (key === "g") return this.#wait(true);
    if (key === "?") {
      this.dialog.showModal();
      return true;
    }
    const filter = key === "/" && document.querySelector("[data-filter]");
    filter?.focus?.();
    filter?.select?.();
    return Boolean(filter);
  }

  #wait(isWaiting) {
    clearTimeout(this.#awaited);
    this.#awaited = isWaiting ? setTimeout(() => this.#wait(false), PATIENCE_MS) : undefined;
    document.documentElement.toggleAttribute("data-awaits-section", isWaiting);
    return isWaiting;
  }
}

customElements.define("keyboard-layer", KeyboardLayer);
