const NEAR_PX = 48; // as good as the end
const AGAIN_MS = 1000;

/** Stays at the end while its reader is there; one who has scrolled up is left in peace and gets a way back.
    With `data-source` it fetches the lines after `data-after` as soon as `#run-log` counts more of them. */
class LogView extends HTMLElement {
  #watching;
  #counting;
  #again;
  #filling;
  #isBusy = false;

  /** A page that is changed in place may put the element there before what is in it. */
  connectedCallback() {
    const begin = () => {
      if (!this.querySelector("[data-lines] ol")) return;
      this.#filling.disconnect();
      this.#begin();
    };
    this.#filling = new MutationObserver(begin);
    this.#filling.observe(this, { childList: true, subtree: true });
    begin();
  }

  #begin() {
    this.lines = this.querySelector("[data-lines]");
    this.list = this.lines.querySelector("ol");
    this.back = this.querySelector("[data-to-end]");
    this.lines.addEventListener("scroll", () => this.#look(), { passive: true });
    this.back?.addEventListener("click", () => this.#follow());
    this.#watching = new MutationObserver(() => this.following && this.#follow());
    this.#watching.observe(this.lines, { childList: true, subtree: true });
    this.#counting = new MutationObserver(() => this.#more());
    const count = document.getElementById("run-log");
    if (count) this.#counting.observe(count, { attributeFilter: ["data-total"] });
    if (!this.#show()) this.#follow();
    this.#more();
  }

  disconnectedCallback() {
    this.#filling.disconnect();
    this.#watching?.disconnect();
    this.#counting?.disconnect();
    clearTimeout(this.#again);
  }

  /** Whether the address names a line; one that is not in the page is looked for in the pages before. */
  #show() {
    const number = /^#L(\d+)$/.exec(location.hash)?.[1];
    const line = number && document.getElementById(`L${number}`);
    if (line) line.scrollIntoView({ block: "center" });
    const isEarlier = number && !line && Number(number) < Number(this.list.firstElementChild?.id.slice(1));
    if (isEarlier && !new URLSearchParams(location.search).has("before")) {
      location.replace(`?before=${Number(number) + 250}#L${number}`);
    }
    this.#look();
    return Boolean(line);
  }

  async #more() {
    const { source, after } = this.dataset;
    const total = Number(document.getElementById("run-log")?.dataset.total);
    if (!source || this.#isBusy || !(total > Number(after))) return;
    this.#isBusy = true;
    try {
      const url = `${source}${source.includes("?") ? "&" : "?"}after=${after}`;
      const answer = await fetch(url, { headers: { "HX-Request": "true", "HX-Request-Type": "partial" } });
      if (!answer.ok) throw new Error(answer.statusText);
      const piece = document.createRange().createContextualFragment(await answer.text());
      if (this.dataset.source === source) this.#append(piece.querySelector("ol"));
      this.#isBusy = false;
      this.#more();
    } catch {
      this.#isBusy = false; // the server is away, or this browser: the lines are not lost
      this.#again = setTimeout(() => this.#more(), AGAIN_MS);
    }
  }

  #append(more) {
    this.dataset.after = more.dataset.after;
    this.parentElement?.querySelector("[data-nothing]")?.toggleAttribute("hidden", more.children.length > 0 || this.list.children.length > 0);
    this.list.append(...more.children);
    while (this.following && this.list.children.length > Number(this.dataset.most)) this.list.firstElementChild.remove();
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
