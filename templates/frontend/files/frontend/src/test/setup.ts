import "@testing-library/jest-dom/vitest";
import { cleanup, configure } from "@testing-library/react";
import { afterEach, beforeAll, vi } from "vitest";
import { startTranslation } from "@/i18n";

// What browsers have and jsdom lacks.
const openers = new WeakMap<HTMLDialogElement, Element | null>();
HTMLDialogElement.prototype.showModal = function showModal() {
  openers.set(this, document.activeElement);
  this.open = true;
  this.querySelector<HTMLElement>("input, button")?.focus();
};
HTMLDialogElement.prototype.close = function close() {
  this.open = false;
  const opener = openers.get(this);
  if (this.isConnected && opener instanceof HTMLElement) opener.focus();
};
Element.prototype.scrollIntoView = () => undefined;
window.scrollTo = () => undefined;
URL.createObjectURL = () => "blob:fake";
URL.revokeObjectURL = () => undefined;

// jsdom works styles out anew for every element that a query passes, which was a third of the time of all tests.
// No style sheet is loaded here: elements that are alike in these points look alike.
const styles = new Map<string, CSSStyleDeclaration>();
const styleOf = window.getComputedStyle.bind(window);
window.getComputedStyle = (element, pseudo) => {
  const marks = ["hidden", "open", "style", "type"].map((name) => element.getAttribute(name));
  const key = JSON.stringify([element.localName, pseudo, ...marks]);
  const style = styles.get(key) ?? styleOf(element, pseudo);
  styles.set(key, style);
  return style;
};

// A busy machine must not fail a test.
configure({ asyncUtilTimeout: 10_000 });

beforeAll(startTranslation);

afterEach(() => {
  cleanup();
  localStorage.clear();
  sessionStorage.clear();
  vi.unstubAllGlobals();
});
