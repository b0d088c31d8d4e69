const NEAR_PX = 48; // as good as the end

/** Stays at the end while its reader is there; one who has scrolled up is left in peace and gets a way back. */
class LogView extends HTMLElement {
  #watching;

  connectedCallback() {
    this.lines = this.querySelector("[data-lines]");
    this.back = this.querySelector("[data-to-end]");
    this.lines.addEventListener("scroll", () => this.#look(), { passive: true });
    this.back?.addEventListener("click", () => this.#follow());
    this.#watching = new MutationObserver(() => this.following && this.#follow());
    this.#watching.observe(this.lines, { childList: true, subtree: true });
    this.#follow();
  }

  disconnectedCallback() {
    this.#watching.disconnect();
  }

  #follow() {
    this.lines.scrollTop = this.lines.scrollHeight;
    this.#look();
  }

  #look() {
    const { scrollHeight, scrollTop, clientHeight } = this.lines;
    this.following = scrollHeight - scrollTop - clientHeight < NEAR_PX;
    if (this.back) this.back.hidden = this.following;
  }
}

customElements.define("log-view", LogView);
