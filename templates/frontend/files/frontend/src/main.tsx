import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Application } from "@/app/application";
import { createQueryClient } from "@/app/queries";
import { createAppRouter } from "@/app/router";
import { startTranslation } from "@/i18n";
import { applyTheme } from "@/ui/theme";
import "@/styles/index.css";

applyTheme();
await startTranslation();

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no element #root");
createRoot(root).render(
  <StrictMode>
    <Application router={createAppRouter()} queries={createQueryClient()} />
  </StrictMode>,
);
