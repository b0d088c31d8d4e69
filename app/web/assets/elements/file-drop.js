/** Lets files be dropped on the field inside and says which ones were taken; the field alone does the rest. */
class FileDrop extends HTMLElement {
  connectedCallback() {
    this.input = this.querySelector("input[type=file]");
    this.said = this.querySelector("[data-chosen]");
    this.addEventListener("dragover", (event) => this.#hover(event, true));
    this.addEventListener("dragleave", (event) => this.#hover(event, false));
    this.addEventListener("drop", (event) => this.#drop(event));
    this.input.addEventListener("change", () => this.#say());
  }

  #hover(event, isOver) {
    event.preventDefault();
    this.toggleAttribute("data-over", isOver && !this.input.disabled);
  }

  #drop(event) {
    this.#hover(event, false);
    if (this.input.disabled || !event.dataTransfer.files.length) return;
    const taken = new DataTransfer();
    const offered = [...event.dataTransfer.files];
    for (const file of this.input.multiple ? offered : offered.slice(0, 1)) taken.items.add(file);
    this.input.files = taken.files;
    this.input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  #say() {
    const names = [...this.input.files].map((file) => file.name);
    this.said.textContent = names.join(", ");
  }
}

customElements.define("file-drop", FileDrop);
