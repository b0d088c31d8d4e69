const ORDER_HEIGHT = "--order-height"; // what lies over the end of the window
const SOON_MS = 10_000; // a page that is loaded again so soon may be older than what was sent when it was left
const FIELDS = "input:not([type=hidden]), select, textarea";

/** Loses nothing that is typed when a page is left at once, and tells a field that it is wrong when the server says so beside it. */
class DeploymentWizard extends HTMLElement {
  #listening;
  #measuring;
  #answering;
  #isNews = false;

  connectedCallback() {
    this.form = this.querySelector("#wizard");
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    this.form.addEventListener("input", () => (this.#isNews = true), { signal });
    this.form.addEventListener("submit", () => (this.#isNews = false), { signal });
    document.addEventListener("htmx:after:request", ({ detail }) => this.#answered(detail.ctx), { signal });
    window.addEventListener("pagehide", () => this.#keep(), { signal });
    // A page that comes back from the browser's memory may show what was typed before: the server knows better.
    window.addEventListener("pageshow", (event) => event.persisted && location.reload(), { signal });
    const order = this.querySelector(".order");
    this.#measuring = new ResizeObserver(() => document.documentElement.style.setProperty(ORDER_HEIGHT, `${order.offsetHeight}px`));
    this.#measuring.observe(order);
    this.#restore();
    this.#answering = new MutationObserver((changes) => this.#mark(changes));
    for (const told of this.querySelectorAll(".field > .told")) this.#answering.observe(told, { childList: true });
  }

  disconnectedCallback() {
    this.#listening.abort();
    this.#measuring.disconnect();
    this.#answering.disconnect();
    document.documentElement.style.removeProperty(ORDER_HEIGHT);
  }

  #answered(ctx) {
    if (ctx?.sourceElement === this.form && ctx.response?.status < 400) this.#isNews = false;
  }

  get #key() {
    return `stackwright.wizard.${this.form.action}`;
  }

  /** What was typed in the last moment goes to the draft, too; until it is there, this tab remembers it. */
  #keep() {
    if (!this.#isNews) return;
    const body = new URLSearchParams(new FormData(this.form));
    const typed = [...this.form.querySelectorAll(FIELDS)].map((field) => [field.name, field.type === "radio" ? field.value : "", field.checked ?? null, field.value]);
    sessionStorage.setItem(this.#key, JSON.stringify({ at: Date.now(), typed }));
    fetch(`${this.form.action}/check`, { method: "POST", body, keepalive: true });
    this.#isNews = false;
  }

  #restore() {
    const kept = JSON.parse(sessionStorage.getItem(this.#key));
    sessionStorage.removeItem(this.#key);
    if (!kept || Date.now() - kept.at > SOON_MS) return;
    const fields = [...this.form.querySelectorAll(FIELDS)];
    for (const [name, choice, isChecked, value] of kept.typed) {
      const field = fields.find((one) => one.name === name && (one.type !== "radio" || one.value === choice));
      if (!field) continue;
      if (["radio", "checkbox"].includes(field.type)) field.checked = isChecked;
      else field.value = value;
    }
    // Not before htmx has seen the form.
    setTimeout(() => this.form.dispatchEvent(new Event("input", { bubbles: true })));
  }

  #mark(changes) {
    for (const field of new Set(changes.map(({ target }) => target.closest(".field")))) {
      const isWrong = Boolean(field.querySelector(".told > .error"));
      field.toggleAttribute("data-wrong", isWrong);
      for (const input of field.querySelectorAll(FIELDS)) {
        if (input.type === "radio") continue; // the group is described, not each of its choices
        if (isWrong) input.setAttribute("aria-invalid", "true");
        else input.removeAttribute("aria-invalid");
      }
    }
  }
}

customElements.define("deployment-wizard", DeploymentWizard);
