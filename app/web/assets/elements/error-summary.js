/** Takes the focus when it arrives, so that nobody overlooks that a form came back. */
class ErrorSummary extends HTMLElement {
  connectedCallback() {
    if (this.hasAttribute("quiet")) return;
    this.tabIndex = -1;
    this.focus();
  }
}

customElements.define("error-summary", ErrorSummary);
