/** Says that the server was not reached and repeats what was asked on "Try again". */
class NetworkNotice extends HTMLElement {
  #listening;
  #again;

  connectedCallback() {
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    document.addEventListener("htmx:error", (event) => this.#failed(event.detail), { signal });
    document.addEventListener("htmx:after:request", () => this.#show(false), { signal });
    document.addEventListener("network:lost", () => this.#lost(() => location.reload()), { signal });
    this.addEventListener("click", (event) => this.#pressed(event), { signal });
  }

  disconnectedCallback() {
    this.#listening.abort();
  }

  #failed({ ctx, error }) {
    const isNetwork = error instanceof TypeError || ctx?.request?.signal?.reason === "timeout";
    if (!ctx || ctx.response || !isNetwork) return;
    const { action, method } = ctx.request;
    const values = ctx.request.body instanceof FormData || ctx.request.body instanceof URLSearchParams ? ctx.request.body : undefined;
    this.#lost(() => {
      const asked = { source: ctx.sourceElement, target: ctx.target, swap: ctx.swap, select: ctx.select };
      return window.htmx.ajax(method, action, values ? { ...asked, values: Object.fromEntries(values) } : asked);
    });
  }

  #lost(again) {
    this.#again = again;
    this.#show(true);
    this.querySelector("[data-again]").disabled = false;
  }

  #show(isLost) {
    this.toggleAttribute("data-lost", isLost);
  }

  async #pressed(event) {
    if (event.target.closest("[data-dismiss]")) this.#show(false);
    const again = event.target.closest("[data-again]");
    if (!again) return;
    again.disabled = true;
    await this.#again();
  }
}

customElements.define("network-notice", NetworkNotice);
