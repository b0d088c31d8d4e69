import { useSyncExternalStore } from "react";

const SHOWN_MS = 6000;
const listeners = new Set<() => void>();
let current = "";
let timer: ReturnType<typeof setTimeout> | undefined;

/** Says something to everybody, screen readers included: "Dune was saved." */
export function announce(message: string): void {
  clearTimeout(timer);
  show(message);
  timer = setTimeout(() => {
    show("");
  }, SHOWN_MS);
}

/** The one live region of the application. */
export function StatusLine() {
  const message = useSyncExternalStore(subscribe, () => current);
  return (
    <div className="status" role="status" data-shown={message !== ""}>
      {message}
    </div>
  );
}

function show(message: string): void {
  current = message;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}
