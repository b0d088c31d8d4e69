const AGAIN_MS = 3000;

/** Loses nothing of what is written into the model: what the server did not take stays in this browser until it does. */
class DraftKeeper extends HTMLElement {
  #listening;
  #watching;
  #again;

  connectedCallback() {
    this.area = this.querySelector("model-editor textarea");
    this.key = `stackwright.draft.${this.dataset.project}`;
    this.kept = this.area.value;
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    this.area.addEventListener("input", () => this.#count(), { signal });
    this.addEventListener("keydown", (event) => this.#pressed(event), { signal });
    this.addEventListener("click", (event) => this.#closed(event), { signal });
    document.addEventListener("htmx:after:request", ({ detail }) => this.#answered(detail.ctx), { signal });
    document.addEventListener("htmx:error", ({ detail }) => this.#failed(detail.ctx), { signal });
    window.addEventListener("pagehide", () => this.#store(), { signal });
    const arriving = this.querySelector("#model-new-text");
    this.#watching = new MutationObserver(() => this.#arrived(arriving.querySelector("[data-new-text]")));
    this.#watching.observe(arriving, { childList: true });
    this.#restore();
  }

  disconnectedCallback() {
    this.#listening.abort();
    this.#watching.disconnect();
    clearTimeout(this.#again);
  }

  /** Each change has a number, so that a late one never replaces a newer one. */
  #count() {
    const serial = this.querySelector("[name=serial]");
    serial.value = Number(serial.value) + 1;
  }

  #isOurs(ctx) {
    return ctx && this.contains(ctx.sourceElement) && ctx.request.method === "POST";
  }

  #answered(ctx) {
    if (!this.#isOurs(ctx)) return;
    if (ctx.response.status >= 500) return this.#wait();
    clearTimeout(this.#again);
    this.#say(false);
    if (ctx.response.status >= 400) return;
    this.#let(ctx.request.body?.get?.("text") ?? this.area.value); // without a text another one takes its place
  }

  #failed(ctx) {
    if (this.#isOurs(ctx) && !ctx.response) this.#wait();
  }

  /** Say that the text lies in this browser alone, and try again. */
  #wait() {
    this.#store();
    this.#say(true);
    clearTimeout(this.#again);
    this.#again = setTimeout(() => this.area.dispatchEvent(new Event("recheck")), AGAIN_MS);
  }

  /** This text needs no keeping. */
  #let(text) {
    this.kept = text;
    localStorage.removeItem(this.key);
  }

  #say(isLost) {
    const said = this.querySelector("[data-lost]");
    if (said) said.hidden = !isLost;
  }

  #store() {
    if (this.area.value === this.kept) return;
    localStorage.setItem(this.key, this.area.value);
  }

  #restore() {
    const text = localStorage.getItem(this.key);
    if (text === null || text === this.area.value) return localStorage.removeItem(this.key);
    this.area.value = text;
    this.area.dispatchEvent(new Event("input", { bubbles: true }));
    document.querySelector("#status").textContent = "What the server had not taken yet is back.";
  }

  async #arrived(given) {
    if (!given) return;
    const [text, line] = [given.value, Number(given.dataset.go)];
    given.remove();
    await customElements.whenDefined("model-editor");
    const editor = this.querySelector("model-editor");
    const before = document.activeElement;
    editor.replace(text);
    for (const word of this.querySelectorAll("[data-clears]")) word.value = "";
    if (line) editor.go(line);
    if (before?.closest("[data-operation]")) before.focus({ preventScroll: true });
  }

  /** Enter in one of the forms sends that form, not the first one of the page. */
  #pressed(event) {
    const form = event.target.closest?.("[data-operation]");
    if (event.key !== "Enter" || event.isComposing || !form || !event.target.matches("input, select")) return;
    event.preventDefault();
    form.querySelector("button").click();
  }

  #closed(event) {
    if (!event.target.closest?.("[data-closes]")) return;
    event.preventDefault();
    this.querySelector("#model-problem").replaceChildren();
    this.area.focus();
  }
}

customElements.define("draft-keeper", DraftKeeper);
