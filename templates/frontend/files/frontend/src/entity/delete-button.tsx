import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Row } from "@/api/types";
import { useSession } from "@/auth/session";
import type { FormSchema } from "@/forms/schema";
import { Dialog } from "@/ui/dialog";
import { Icon } from "@/ui/icon";
import { ProblemCard } from "@/ui/states";
import { announce } from "@/ui/status";
import { type Entity, nameOf } from "./definition";
import { useLabels } from "./labels";

interface DeleteButtonProps<R extends Row, S extends FormSchema> {
  entity: Entity<R, S>;
  row: R;
  isCompact?: boolean;
  onDeleted?: () => void;
}

/** Deletes a row after a question; says why when the server refuses. */
export function DeleteButton<R extends Row, S extends FormSchema>(props: DeleteButtonProps<R, S>) {
  const { entity, isCompact = false, onDeleted, row } = props;
  const { t } = useTranslation();
  const labels = useLabels(entity.labels);
  const { may } = useSession();
  const queries = useQueryClient();
  const [isAsking, setIsAsking] = useState(false);
  const name = nameOf(row, entity.display);
  const remove = useMutation({
    mutationFn: () => entity.api.remove(row.id, row.version),
    onSuccess: async () => {
      setIsAsking(false);
      announce(t("status.deleted", { name }));
      onDeleted?.();
      queries.removeQueries({ queryKey: entity.api.detail(row.id).queryKey });
      await queries.invalidateQueries();
    },
  });
  if (!may(entity.permissions.delete)) return null;
  return (
    <>
      <button
        type="button"
        className={isCompact ? "button button-quiet" : "button"}
        aria-label={isCompact ? `${t("actions.delete")} ${name}` : undefined}
        onClick={() => {
          remove.reset();
          setIsAsking(true);
        }}
      >
        <Icon name="trash" />
        {!isCompact && t("actions.delete")}
      </button>
      {isAsking && (
        <Dialog
          title={t("delete.title", { entity: labels.singular })}
          onClose={() => {
            setIsAsking(false);
          }}
        >
          <p>{t("delete.text", { name })}</p>
          {remove.error !== null && <ProblemCard error={remove.error} />}
          <div className="dialog-actions">
            <button
              type="button"
              className="button"
              onClick={() => {
                setIsAsking(false);
              }}
            >
              {t("actions.cancel")}
            </button>
            <button
              type="button"
              className="button button-danger"
              disabled={remove.isPending}
              onClick={() => {
                remove.mutate();
              }}
            >
              {t("actions.delete")}
            </button>
          </div>
        </Dialog>
      )}
    </>
  );
}
