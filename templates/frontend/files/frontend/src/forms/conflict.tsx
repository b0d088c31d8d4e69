import { useTranslation } from "react-i18next";
import type { Row } from "@/api/types";
import { type FieldSpec, isNumeric, valueOf, writeName } from "@/entity/definition";
import type { Labels } from "@/entity/labels";
import { Value } from "@/entity/value";
import { writeNumber } from "@/lib/number";
import type { FormValues } from "./schema";
import { asText, isPoint, isRef, valuesOf } from "./values";

interface ConflictProps {
  fields: readonly FieldSpec[];
  labels: Labels;
  base: Row;
  theirs: Row;
  mine: FormValues;
  onOverwrite: () => void;
  onStartOver: () => void;
}

/** The row was saved by somebody else meanwhile: what differs, and two ways on. */
export function Conflict(props: ConflictProps) {
  const { i18n, t } = useTranslation();
  const { base, fields, labels, mine, theirs } = props;
  const before = valuesOf(base, fields);
  const changed = fields.filter(
    (spec) => !spec.sensitive && different(valueOf(base, spec.name), valueOf(theirs, spec.name)),
  );
  return (
    <section className="conflict" role="alert">
      <h2>{t("conflict.title")}</h2>
      <p>{t("conflict.text")}</p>
      {changed.length > 0 && (
        <div className="table-frame">
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{t("conflict.field")}</th>
                <th scope="col">{t("conflict.theirs")}</th>
                <th scope="col">{t("conflict.mine")}</th>
              </tr>
            </thead>
            <tbody>
              {changed.map((spec) => (
                <tr key={spec.name}>
                  <th scope="row">{labels.field(spec.name)}</th>
                  <td data-label={t("conflict.theirs")}>
                    <Value
                      spec={spec}
                      value={valueOf(theirs, spec.name)}
                      labels={labels}
                      isCompact
                    />
                  </td>
                  <td data-label={t("conflict.mine")}>
                    {different(mine[writeName(spec)], before[writeName(spec)])
                      ? entryText(spec, mine[writeName(spec)], i18n.language)
                      : t("conflict.unchanged")}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <div className="form-actions">
        <button type="button" className="button button-primary" onClick={props.onOverwrite}>
          {t("conflict.overwrite")}
        </button>
        <button type="button" className="button" onClick={props.onStartOver}>
          {t("conflict.use_theirs")}
        </button>
      </div>
    </section>
  );
}

function different(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) !== JSON.stringify(other);
}

/** An entry of the form in short. */
function entryText(spec: FieldSpec, entry: unknown, language: string): string {
  if (Array.isArray(entry)) return entry.map((each) => entryText(spec, each, language)).join(", ");
  if (isRef(entry)) return entry.display;
  if (isNumeric(spec.items ?? spec.kind)) return writeNumber(asText(entry), language);
  if (isPoint(entry)) return `${asText(entry.lat)}, ${asText(entry.lng)}`;
  return asText(entry);
}
