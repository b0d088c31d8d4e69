/** Line and column of a place in a text, counted from 1. */
export function lineAt(text, offset) {
  let [line, start] = [1, 0];
  for (let at = text.indexOf("\n"); at >= 0 && at < offset; at = text.indexOf("\n", at + 1)) [line, start] = [line + 1, at + 1];
  return { line, column: offset - start + 1 };
}

/** The place of a line and column; the end of the line, or of the text, when it is shorter. */
export function offsetOf(text, line, column) {
  let start = 0;
  for (let at = 1; at < line; at += 1) {
    const next = text.indexOf("\n", start);
    if (next < 0) break;
    start = next + 1;
  }
  const end = text.indexOf("\n", start);
  return Math.min(start + column - 1, end < 0 ? text.length : end);
}

/** The spaces before a line. */
export function indentOf(line) {
  return /^ */.exec(line)[0];
}

/** Write in place of what is chosen, so that the browser's own undo knows it. Always true. */
export function write(area, text) {
  const isWritten = document.execCommand(text ? "insertText" : "delete", false, text); // the only way that keeps undo
  if (!isWritten) {
    area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
    area.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }
  return true;
}
