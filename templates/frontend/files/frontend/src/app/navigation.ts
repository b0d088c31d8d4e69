import labels from "./navigation.json";

export const APP_TITLE = labels.title;
export const APP_DESCRIPTION = labels.description;

export interface NavigationEntry {
  readonly path: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Roles that see it. */
  readonly read: readonly string[];
}

export const NAVIGATION: readonly NavigationEntry[] = labels.entries;
