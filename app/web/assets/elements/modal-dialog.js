/** Opens the <dialog> inside it when anything that says `data-opens` with the dialog's id is pressed. */
class ModalDialog extends HTMLElement {
  #listening;

  connectedCallback() {
    this.dialog = this.querySelector("dialog");
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    document.addEventListener("click", (event) => this.#pressed(event), { signal });
    this.dialog.addEventListener("click", (event) => this.#outside(event), { signal });
  }

  disconnectedCallback() {
    this.#listening.abort();
  }

  #pressed(event) {
    if (event.target.closest?.("[data-opens]")?.dataset.opens === this.dialog.id) this.dialog.showModal();
  }

  /** A press beside the dialog closes it, as everybody expects by now. */
  #outside(event) {
    if (event.target !== this.dialog) return;
    const { left, right, top, bottom } = this.dialog.getBoundingClientRect();
    const { clientX: x, clientY: y } = event;
    if (x < left || x > right || y < top || y > bottom) this.dialog.close();
  }
}

customElements.define("modal-dialog", ModalDialog);
