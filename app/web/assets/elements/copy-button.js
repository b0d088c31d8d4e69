const SHOWN_MS = 2000;

/** Copies its text, or what its address answers with, and says so. It shows itself only where a browser can copy. */
class CopyButton extends HTMLElement {
  connectedCallback() {
    this.button = this.querySelector("button");
    this.label ??= this.button.innerHTML;
    this.hidden = !navigator.clipboard;
    this.button.addEventListener("click", () => this.#copy());
  }

  async #copy() {
    try {
      await navigator.clipboard.writeText(await this.#text());
      this.#say("Copied");
    } catch {
      this.#say("Not copied");
    }
  }

  async #text() {
    if (!this.dataset.from) return this.dataset.text;
    const answer = await fetch(this.dataset.from);
    if (!answer.ok) throw new Error(answer.statusText);
    return answer.text();
  }

  #say(words) {
    this.button.textContent = words;
    document.getElementById("status").textContent = words;
    setTimeout(() => (this.button.innerHTML = this.label), SHOWN_MS);
  }
}

customElements.define("copy-button", CopyButton);
