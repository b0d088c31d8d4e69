const ORDER_HEIGHT = "--order-height"; // what lies over the end of the window

/** Lets people choose without waiting: filters the list, checks all, none or what is missing, counts; the form does the rest. */
class ChoiceDesk extends HTMLElement {
  #listening;
  #measuring;

  connectedCallback() {
    this.form = this.querySelector("form");
    this.filter = this.querySelector("[data-filter]");
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    this.addEventListener("click", (event) => this.#pressed(event), { signal });
    this.addEventListener("change", () => this.#count(), { signal });
    this.filter?.addEventListener("input", () => this.#narrow(), { signal });
    this.filter?.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault(), { signal });
    this.filter?.addEventListener("change", (event) => event.stopPropagation(), { signal });
    const order = this.querySelector(".order");
    this.#measuring = new ResizeObserver(() => document.documentElement.style.setProperty(ORDER_HEIGHT, `${order.offsetHeight}px`));
    this.#measuring.observe(order);
    // A page that comes back from the browser's memory may show what was typed before: the server knows better.
    window.addEventListener("pageshow", (event) => event.persisted && location.reload(), { signal });
  }

  disconnectedCallback() {
    this.#listening.abort();
    this.#measuring.disconnect();
    document.documentElement.style.removeProperty(ORDER_HEIGHT);
  }

  get #boxes() {
    return [...this.querySelectorAll("[name=entity]")];
  }

  #pressed(event) {
    const button = event.target.closest("button[name=act]");
    if (!button) return;
    const names = new Set(button.dataset.check?.split(" "));
    const isSeen = (box) => !box.closest("li").hidden;
    const wanted = {
      add: (box) => box.checked || names.has(box.value),
      all: (box) => box.checked || isSeen(box),
      none: (box) => box.checked && !isSeen(box),
    }[button.value];
    if (!wanted) return;
    event.preventDefault();
    for (const box of this.#boxes) box.checked = wanted(box);
    const first = button.value === "add" && this.#boxes.find((box) => names.has(box.value));
    if (first) first.focus(); // the button goes away with what it mends
    this.form.dispatchEvent(new Event("change", { bubbles: true }));
  }

  #count() {
    const said = this.querySelector("[data-count]");
    const boxes = this.#boxes;
    if (said) said.textContent = `${boxes.filter((box) => box.checked).length} of ${boxes.length} chosen`;
  }

  /** The address keeps what is looked for, so that a refresh finds it again. */
  #narrow() {
    const wanted = this.filter.value.trim().toLowerCase();
    let isAny = false;
    for (const row of this.querySelectorAll("[data-find]")) {
      row.hidden = !row.dataset.find.includes(wanted);
      isAny ||= !row.hidden;
    }
    this.querySelector(".nothing").hidden = isAny;
    const address = new URL(location.href);
    if (wanted) address.searchParams.set("find", this.filter.value);
    else address.searchParams.delete("find");
    history.replaceState(history.state, "", address);
  }
}

customElements.define("choice-desk", ChoiceDesk);
