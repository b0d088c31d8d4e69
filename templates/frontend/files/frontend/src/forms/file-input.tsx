import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { uploadFile } from "@/api/files";
import { StoredFile } from "@/entity/value";
import { describeError } from "@/ui/states";
import { common, type InputProps } from "./inputs";
import { asText } from "./values";

/** Uploads a file as soon as it is chosen and holds its id. */
export function FileInput(props: InputProps) {
  const { t } = useTranslation();
  const { onChange, spec, value } = props;
  const id = asText(value);
  const upload = useMutation({
    mutationFn: uploadFile,
    onSuccess: (stored) => {
      onChange(stored.id);
    },
  });
  return (
    <div className="file-input">
      <input
        {...common(props)}
        type="file"
        accept={spec.kind === "image" ? "image/*" : undefined}
        onChange={(event) => {
          const chosen = event.target.files?.[0];
          if (chosen !== undefined) upload.mutate(chosen);
        }}
      />
      <p className="hint" role="status">
        {upload.isPending ? t("form.uploading") : upload.data?.name}
      </p>
      {id !== "" && upload.data === undefined && (
        <StoredFile id={id} kind={spec.kind === "image" ? "image" : "file"} />
      )}
      {upload.error !== null && (
        <p className="error" role="alert">
          {upload.error.message === "" ? "" : describeError(upload.error, t).text}
        </p>
      )}
      {id !== "" && !props.isDisabled && (
        <button
          type="button"
          className="button button-quiet"
          onClick={() => {
            upload.reset();
            onChange("");
          }}
        >
          {t("actions.clear")}
        </button>
      )}
    </div>
  );
}
