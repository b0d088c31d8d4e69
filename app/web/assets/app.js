// What every page loads first. Browser code lives in custom elements, one file each; those that few pages need are lazy.

import "htmx.org/dist/htmx.esm.js";
import "htmx.org/dist/ext/hx-ws.js";
import "./elements/error-summary.js";
import "./elements/file-drop.js";
import "./elements/keyboard-layer.js";
import "./elements/modal-dialog.js";
import "./elements/network-notice.js";
import "./elements/theme-choice.js";
import { loadOnSight } from "./elements/lazy.js";

loadOnSight({
  "draft-keeper": () => import("./elements/draft-keeper.js"),
  "choice-desk": () => import("./elements/choice-desk.js"),
  "deployment-wizard": () => import("./elements/deployment-wizard.js"),
  "diagram-view": () => import("./elements/diagram-view.js"),
  "model-editor": () => import("./elements/model-editor.js"),
  "code-desk": () => import("./elements/code-desk.js"),
  "code-lines": () => import("./elements/code-lines.js"),
  "copy-button": () => import("./elements/copy-button.js"),
  "linked-panes": () => import("./elements/linked-panes.js"),
  "log-view": () => import("./elements/log-view.js"),
  "progress-tracker": () => import("./elements/progress-tracker.js"),
  "run-clock": () => import("./elements/run-clock.js"),
  "tree-view": () => import("./elements/tree-view.js"),
});
