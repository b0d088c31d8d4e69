import { useBlocker } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Dialog } from "@/ui/dialog";

/** Asks before entries that are not saved get lost. */
export function LeaveGuard({ isOn }: { isOn: boolean }) {
  const { t } = useTranslation();
  const blocker = useBlocker({
    shouldBlockFn: ({ current, next }) => isOn && current.pathname !== next.pathname,
    enableBeforeUnload: isOn,
    withResolver: true,
  });
  if (blocker.status !== "blocked") return null;
  return (
    <Dialog title={t("leave.title")} onClose={blocker.reset}>
      <p>{t("leave.text")}</p>
      <div className="dialog-actions">
        <button type="button" className="button" onClick={blocker.reset}>
          {t("actions.keep_editing")}
        </button>
        <button type="button" className="button button-danger" onClick={blocker.proceed}>
          {t("actions.discard")}
        </button>
      </div>
    </Dialog>
  );
}
