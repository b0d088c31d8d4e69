import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { fileContent } from "@/api/files";
import type { Ref } from "@/api/types";
import { asText, isPoint, isRef } from "@/forms/values";
import {
  formatBytes,
  formatDate,
  formatDateTime,
  formatDurationText,
  formatNumber,
  formatTime,
} from "@/lib/format";
import type { FieldSpec } from "./definition";
import type { Labels } from "./labels";

interface ValueProps {
  spec: FieldSpec;
  value: unknown;
  labels: Labels;
  /** In tables: without previews, everything on few lines. */
  isCompact?: boolean;
}

/** A value as people read it. */
export function Value(props: ValueProps) {
  const { isCompact = false, labels, spec, value } = props;
  const { i18n, t } = useTranslation();
  const language = i18n.language;
  if (value === null || value === undefined || value === "") return <None />;
  const text = asText(value);
  switch (spec.kind) {
    case "integer":
    case "float":
    case "bigint":
      return <span className="number">{formatNumber(text, language)}</span>;
    case "decimal":
      return <span className="number">{formatNumber(text, language, spec.scale)}</span>;
    case "boolean":
      return value === true ? t("values.yes") : t("values.no");
    case "date":
      return <time dateTime={text}>{formatDate(text, language)}</time>;
    case "time":
      return <time dateTime={text}>{formatTime(text, language)}</time>;
    case "datetime":
      return <time dateTime={text}>{formatDateTime(text, language)}</time>;
    case "duration":
      return formatDurationText(text);
    case "email":
      return <a href={`mailto:${text}`}>{text}</a>;
    case "url":
      return <WebLink address={text} />;
    case "uuid":
      return <code>{text}</code>;
    case "enum":
      return <span className="badge">{labels.value(spec.name, text)}</span>;
    case "json":
      return isCompact ? "{ … }" : <pre>{JSON.stringify(value, null, 2)}</pre>;
    case "file":
    case "image":
      return isCompact ? <Icons kind={spec.kind} /> : <StoredFile id={text} kind={spec.kind} />;
    case "point":
      return isPoint(value) ? <Place lat={asText(value.lat)} lng={asText(value.lng)} /> : <None />;
    case "list":
      return Array.isArray(value) && value.length > 0 ? (
        <ul className="tags">
          {value.map((item: unknown, index) => (
            <li key={index}>
              <Value {...props} spec={itemOf(spec)} value={item} />
            </li>
          ))}
        </ul>
      ) : (
        <None />
      );
    case "reference":
      return isRef(value) ? <RefLink spec={spec} value={value} /> : <None />;
    case "references":
      return <Refs {...props} isCompact={isCompact} />;
    case "text":
      return text;
    case "multiline":
      return isCompact ? text : <span className="prose">{text}</span>;
  }
}

function itemOf(spec: FieldSpec): FieldSpec {
  return { ...spec, kind: spec.items ?? "text" };
}

function None() {
  return (
    <span className="none" aria-hidden="true">
      —
    </span>
  );
}

function Icons({ kind }: { kind: "file" | "image" }) {
  return <span className="badge">{kind === "image" ? "▣" : "▤"}</span>;
}

/** Only web addresses become links: others could run a script. */
function WebLink({ address }: { address: string }) {
  if (!/^https?:\/\//i.test(address)) return address;
  return (
    <a href={address} target="_blank" rel="noreferrer">
      {address.replace(/^https?:\/\//i, "")}
    </a>
  );
}

function Place({ lat, lng }: { lat: string; lng: string }) {
  const map = `https://www.openstreetmap.org/?mlat=${lat}&mlon=${lng}`;
  return (
    <a href={map} target="_blank" rel="noreferrer" className="number">
      {lat}, {lng}
    </a>
  );
}

function RefLink({ spec, value }: { spec: FieldSpec; value: Ref }) {
  if (spec.target?.hasPages !== true) return value.display;
  return (
    <Link to={`${spec.target.path}/$id`} params={{ id: String(value.id) }}>
      {value.display}
    </Link>
  );
}

function Refs({ isCompact, labels, spec, value }: ValueProps) {
  const refs = Array.isArray(value) ? value.filter(isRef) : [];
  if (refs.length === 0) return <None />;
  const attributes = spec.attributes ?? [];
  if (isCompact || attributes.length === 0) {
    return (
      <ul className="tags">
        {refs.map((ref) => (
          <li key={ref.id}>
            <RefLink spec={spec} value={ref} />
          </li>
        ))}
      </ul>
    );
  }
  return (
    <div className="table-frame">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{labels.field(spec.name)}</th>
            {attributes.map((attribute) => (
              <th key={attribute.name} scope="col">
                {labels.field(`${spec.name}.${attribute.name}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {refs.map((ref) => (
            <tr key={ref.id}>
              <td data-label={labels.field(spec.name)}>
                <RefLink spec={spec} value={ref} />
              </td>
              {attributes.map((attribute) => (
                <td
                  key={attribute.name}
                  data-label={labels.field(`${spec.name}.${attribute.name}`)}
                >
                  <Value
                    spec={attribute}
                    value={(ref as unknown as Record<string, unknown>)[attribute.name]}
                    labels={attributeLabels(labels, spec.name)}
                  />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Labels of a relation's attributes stand under `relation.attribute`. */
export function attributeLabels(labels: Labels, relation: string): Labels {
  return {
    ...labels,
    field: (name) => labels.field(`${relation}.${name}`),
    value: (field, value) => labels.value(`${relation}.${field}`, value),
  };
}

interface StoredFileProps {
  id: string;
  kind: "file" | "image";
}

/** A stored file as a picture or as a link to its content. */
export function StoredFile({ id, kind }: StoredFileProps) {
  const { i18n, t } = useTranslation();
  const { data } = useQuery(fileContent(id));
  // An address lives as long as the element: it is taken back with it.
  const show = useCallback(
    (element: HTMLAnchorElement | HTMLImageElement | null) => {
      if (element === null || data === undefined) return undefined;
      const address = URL.createObjectURL(data);
      element.setAttribute(element instanceof HTMLImageElement ? "src" : "href", address);
      return () => {
        URL.revokeObjectURL(address);
      };
    },
    [data],
  );
  if (data === undefined) return t("list.loading");
  if (kind === "image") return <img ref={show} className="picture" alt="" />;
  return (
    // eslint-disable-next-line jsx-a11y-x/anchor-is-valid -- the reference sets its address
    <a ref={show} download={id}>
      {t("actions.download")} ({formatBytes(data.size, i18n.language)})
    </a>
  );
}
