const LOST = "The connection to the server was lost. What you see is how it was at {time}. The run does not depend on it, and this page tries again by itself.";
const REFUSED = {
  4401: "You are not signed in any more. Load this page again to sign in.",
  4403: "Your account may not see this any more.",
  4404: "This run is gone. It was removed with its project.",
};

/** The page of a run: shows what can be done, keeps the focus, and says in place when it is not up to date. */
class ProgressTracker extends HTMLElement {
  #listening;
  #watching;

  connectedCallback() {
    this.steering = this.querySelector("#run-steering");
    this.network = this.querySelector("[data-network]");
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    this.addEventListener("htmx:ws:after:message:incoming", () => this.#say(""), { signal }); // the first one is the whole state
    this.addEventListener("htmx:ws:close", ({ detail }) => this.#closed(detail.code), { signal });
    this.addEventListener("htmx:after:request", ({ target }) => target.closest?.("dialog")?.close(), { signal });
    window.addEventListener("pageshow", ({ persisted }) => persisted && location.reload(), { signal });
    this.#watching = new MutationObserver(() => this.#offer());
    this.#watching.observe(this.steering, { attributeFilter: ["data-possible"] });
    this.#offer();
  }

  disconnectedCallback() {
    this.#listening.abort();
    this.#watching.disconnect();
  }

  /** Show the forms of what is possible; whoever was on one that goes is led to what has taken its place. */
  #offer() {
    const possible = this.steering.dataset.possible.split(" ");
    const had = this.steering.contains(document.activeElement);
    for (const one of this.steering.querySelectorAll("[data-steer]")) {
      one.hidden = !possible.includes(one.dataset.steer);
      if (one.hidden) one.querySelector("dialog")?.close();
    }
    if (!had || document.activeElement?.checkVisibility?.() && this.steering.contains(document.activeElement)) return;
    const next = [...this.steering.querySelectorAll("button, a")].find((one) => one.checkVisibility());
    (next ?? this.querySelector("#run-state")).focus();
  }

  #closed(code) {
    if (code === null || document.hidden) return; // the page goes, or is not looked at
    const time = new Date().toLocaleTimeString();
    this.#say(REFUSED[code] ?? (this.network.hidden ? LOST.replace("{time}", time) : this.network.textContent));
  }

  #say(text) {
    if (text === this.network.textContent) return;
    this.network.textContent = text;
    this.network.hidden = !text;
    if (text) document.getElementById("status").textContent = text; // the whole state that comes back replaces it
  }
}

customElements.define("progress-tracker", ProgressTracker);
