const MINUTE_S = 60;
let told; // what the server said its time is, and when that arrived
let arrived = 0;
let ticking;

/** Goes on by itself between two messages: `data-since` counts what has passed, `data-until` what is left. */
class RunClock extends HTMLElement {
  static observedAttributes = ["data-since", "data-until"];
  static all = new Set();

  connectedCallback() {
    RunClock.all.add(this);
    ticking ??= setInterval(tick, 1000);
    this.show();
  }

  disconnectedCallback() {
    RunClock.all.delete(this);
    if (RunClock.all.size) return;
    clearInterval(ticking);
    ticking = undefined;
  }

  attributeChangedCallback() {
    if (this.isConnected) this.show();
  }

  show() {
    const { since, until } = this.dataset;
    const seconds = since ? serverNow() - Number(since) : Number(until) - serverNow();
    const text = whole(Math.max(0, seconds));
    if (this.textContent !== text) this.textContent = text;
  }
}

function tick() {
  if (document.querySelector(".network:not([hidden])")) return; // what is shown is how it was
  for (const clock of RunClock.all) clock.show();
}

/** The time of the server in seconds, whatever the clock of this machine says. */
function serverNow() {
  const said = document.getElementById("run-now")?.value;
  if (said !== told) {
    told = said;
    arrived = Date.now();
  }
  return said ? Number(said) + (Date.now() - arrived) / 1000 : Date.now() / 1000;
}

/** As `whole` in run_words.py writes it. */
function whole(seconds) {
  const rounded = Math.round(seconds);
  const minutes = Math.floor(rounded / MINUTE_S);
  return minutes ? `${minutes} min ${rounded % MINUTE_S} s` : `${rounded} s`;
}

document.addEventListener("htmx:ws:after:message:incoming", tick);
customElements.define("run-clock", RunClock);
