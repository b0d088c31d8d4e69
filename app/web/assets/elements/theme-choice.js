const YEAR_S = 365 * 24 * 3600;

/** Shows the theme at once and keeps it in a cookie, so that the server writes it into the next page: no flash. */
class ThemeChoice extends HTMLElement {
  connectedCallback() {
    this.addEventListener("change", ({ target }) => {
      document.documentElement.dataset.theme = target.value;
      const secure = location.protocol === "https:" ? "; Secure" : "";
      document.cookie = `theme=${target.value}; Path=/; Max-Age=${YEAR_S}; SameSite=Lax${secure}`;
    });
  }
}

customElements.define("theme-choice", ThemeChoice);
