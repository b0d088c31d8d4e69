const STEP = 1.25;
const [LEAST, MOST] = [0.1, 3];
const READABLE = 0.6; // a larger drawing is not shrunk below it by itself
const NEAR_PX = 4; // a shorter way of the pointer is a click

/** Zooms and moves the drawing inside: + − 0 and arrows, buttons, Ctrl and the wheel, dragging. Without it one scrolls. */
class DiagramView extends HTMLElement {
  #scale = 1;
  #watching;
  #start;

  connectedCallback() {
    this.drawing = this.querySelector(".drawing");
    this.addEventListener("keydown", (event) => this.#pressed(event));
    this.addEventListener("click", (event) => this.#zoomTo(event.target.closest?.("[data-zoom]")?.dataset.zoom));
    this.drawing.addEventListener("wheel", (event) => this.#turned(event), { passive: false });
    this.drawing.addEventListener("pointerdown", (event) => this.#grab(event));
    this.drawing.addEventListener("pointermove", (event) => this.#drag(event));
    for (const end of ["pointerup", "pointercancel"]) this.drawing.addEventListener(end, () => this.#release());
    this.drawing.addEventListener("click", (event) => this.#clicked(event), { capture: true });
    this.drawing.addEventListener("dragstart", (event) => event.preventDefault());
    // a drawing that is exchanged keeps its size
    this.#watching = new MutationObserver(() => this.#apply());
    this.#watching.observe(this.drawing, { childList: true });
    const width = this.#plan?.viewBox.baseVal.width ?? 1;
    this.#scale = Math.max(READABLE, Math.min(1, this.drawing.clientWidth / width));
    this.#apply();
  }

  disconnectedCallback() {
    this.#watching.disconnect();
  }

  get #plan() {
    return this.drawing.querySelector("svg.plan");
  }

  #pressed(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || !this.drawing.contains(event.target)) return;
    const way = { "+": "in", "=": "in", "-": "out", "−": "out", 0: "fit" }[event.key];
    if (!way) return; // arrows scroll by themselves
    event.preventDefault();
    this.#zoomTo(way);
  }

  #zoomTo(way) {
    if (!way || !this.#plan) return;
    const { width, height } = this.#plan.viewBox.baseVal;
    const { clientWidth, clientHeight } = this.drawing;
    const fit = Math.min(clientWidth / width, clientHeight / height, 1);
    this.#zoom({ in: this.#scale * STEP, out: this.#scale / STEP, fit }[way], clientWidth / 2, clientHeight / 2);
  }

  #turned(event) {
    if (!event.ctrlKey) return;
    event.preventDefault();
    const { left, top } = this.drawing.getBoundingClientRect();
    this.#zoom(this.#scale * (event.deltaY < 0 ? STEP : 1 / STEP), event.clientX - left, event.clientY - top);
  }

  /** Another scale, by which the point at x and y stays where it is. */
  #zoom(scale, x, y) {
    const before = this.#scale;
    this.#scale = Math.min(MOST, Math.max(LEAST, scale));
    const [left, top] = [this.drawing.scrollLeft + x, this.drawing.scrollTop + y];
    this.#apply();
    this.drawing.scrollLeft = (left * this.#scale) / before - x;
    this.drawing.scrollTop = (top * this.#scale) / before - y;
  }

  #apply() {
    const plan = this.#plan;
    if (!plan) return;
    const { width, height } = plan.viewBox.baseVal;
    plan.setAttribute("width", Math.round(width * this.#scale));
    plan.setAttribute("height", Math.round(height * this.#scale));
  }

  #grab(event) {
    if (event.button !== 0 || event.pointerType === "touch" || !event.target.closest("svg.plan")) return;
    const { scrollLeft, scrollTop } = this.drawing;
    this.#start = { x: event.clientX, y: event.clientY, scrollLeft, scrollTop };
  }

  #drag(event) {
    if (!this.#start) return;
    const [dx, dy] = [event.clientX - this.#start.x, event.clientY - this.#start.y];
    if (!this.hasAttribute("data-panning") && Math.hypot(dx, dy) < NEAR_PX) return;
    if (!this.hasAttribute("data-panning")) this.drawing.setPointerCapture(event.pointerId);
    this.toggleAttribute("data-panning", true);
    this.drawing.scrollLeft = this.#start.scrollLeft - dx;
    this.drawing.scrollTop = this.#start.scrollTop - dy;
  }

  #release() {
    this.#start = undefined;
    setTimeout(() => this.removeAttribute("data-panning")); // after the click that ends the dragging
  }

  /** Who has moved the drawing did not mean the entity below the pointer. */
  #clicked(event) {
    if (!this.hasAttribute("data-panning")) return;
    event.preventDefault();
    event.stopPropagation();
  }
}

customElements.define("diagram-view", DiagramView);
