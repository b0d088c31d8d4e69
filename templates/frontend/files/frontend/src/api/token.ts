const KEY = "token";
const listeners = new Set<() => void>();
let endedToken: string | null = null;

/** The access token of this tab, or null when nobody is logged in. */
export function getToken(): string | null {
  return sessionStorage.getItem(KEY);
}

/** The token that the server does not accept any more, until somebody logs in or out. */
export function getEndedToken(): string | null {
  return endedToken;
}

export function setToken(token: string | null): void {
  store(token, null);
}

/** Notes that the server does not accept this token any more; a newer one stays. */
export function endToken(token: string): void {
  if (token === getToken()) store(null, token);
}

/** Calls the listener after each change; returns what ends that. */
export function onTokenChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

function store(token: string | null, ended: string | null): void {
  endedToken = ended;
  if (token === null) sessionStorage.removeItem(KEY);
  else sessionStorage.setItem(KEY, token);
  for (const listener of listeners) listener();
}
