/** Load the file of a custom element when the first one of its name stands in the page, also when it arrives later. */
export function loadOnSight(loaders) {
  const look = () => {
    for (const [name, load] of Object.entries(loaders)) {
      if (!document.querySelector(name)) continue;
      delete loaders[name];
      load().catch(() => document.dispatchEvent(new CustomEvent("network:lost")));
    }
  };
  look();
  document.addEventListener("htmx:after:swap", look);
}
