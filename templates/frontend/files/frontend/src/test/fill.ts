import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { expect } from "vitest";
import { type FieldSpec, nameOf, writeName } from "@/entity/definition";
import { asText, inputValue } from "@/forms/values";
import { ADMIN, type FakeApi } from "./fake-api";

/** The input of a field; its label must name it. */
export async function inputOf(path: string): Promise<HTMLElement> {
  const input = await waitFor(() => {
    const found = document.getElementById(`field-${path}`);
    if (found === null) throw new Error(`The form has no field ${path}.`);
    return found;
  });
  expect(input).toHaveAccessibleName();
  return input;
}

/** Enters a value of the API's write shape into the form, as a visitor would. */
export async function fill(
  api: FakeApi,
  spec: FieldSpec,
  value: unknown,
  path: string = writeName(spec),
): Promise<void> {
  const input = await inputOf(path);
  switch (spec.kind) {
    case "boolean":
      if (!spec.required) change(input, asText(value));
      else if ((input as HTMLInputElement).checked !== value) fireEvent.click(input);
      return;
    case "reference":
      if (value !== null) await pick(api, spec, input, value);
      return;
    case "references":
      await fillLinks(api, spec, input, value);
      return;
    case "list":
      fillList(spec, input, value);
      return;
    case "point":
      fillPoint(spec, path, value);
      return;
    case "file":
    case "image":
      await upload(input);
      return;
    default:
      change(input, asText(inputValue(spec, value)));
  }
}

/** Chooses the row with this id by its name, once the picker offers it. */
async function pick(
  api: FakeApi,
  spec: FieldSpec,
  input: HTMLElement,
  id: unknown,
  picked: readonly unknown[] = [],
) {
  const { display = "id", path = "" } = spec.target ?? {};
  const rows = [...api.rows(path), ADMIN].filter((row) => !picked.includes(row.id));
  const row = rows.find((each) => each.id === id);
  if (row === undefined) throw new Error(`The fake server has no ${path}/${asText(id)}.`);
  const name = nameOf(row, display);
  const place = rows.filter((each) => nameOf(each, display) === name).indexOf(row);
  fireEvent.click(input);
  const list = document.getElementById(input.getAttribute("aria-controls") ?? "");
  if (list === null) throw new Error("The picker has no list.");
  const option = (await within(list).findAllByText(spaced(name)))[place];
  if (option === undefined) throw new Error(`The picker does not offer ${name}.`);
  fireEvent.click(option);
}

async function fillLinks(api: FakeApi, spec: FieldSpec, input: HTMLElement, value: unknown) {
  const links = Array.isArray(value) ? (value as Record<string, unknown>[]) : [];
  for (const [index, link] of links.entries()) {
    const picked = links.slice(0, index).map((other) => other.id);
    await pick(api, spec, input, link.id, picked);
    for (const attribute of spec.attributes ?? []) {
      await fill(api, attribute, link[attribute.name], `${spec.name}.${index}.${attribute.name}`);
    }
  }
}

function fillList(spec: FieldSpec, input: HTMLElement, value: unknown) {
  const items = inputValue(spec, value) as string[];
  if (spec.items === "enum") {
    const group = input.closest<HTMLElement>('[role="group"]');
    const boxes = group?.querySelectorAll<HTMLInputElement>('input[type="checkbox"]') ?? [];
    for (const [index, box] of boxes.entries()) {
      if (box.checked !== items.includes(spec.values?.[index] ?? "")) fireEvent.click(box);
    }
    return;
  }
  const box = input.closest(".list-input");
  const chip = () => box?.querySelector<HTMLElement>(".chip-remove") ?? null;
  for (let next = chip(); next !== null; next = chip()) fireEvent.click(next);
  for (const text of items) {
    change(input, text);
    fireEvent.keyDown(input, { key: "Enter" });
  }
}

function fillPoint(spec: FieldSpec, path: string, value: unknown) {
  const point = inputValue(spec, value) as { lat: string; lng: string };
  for (const [id, text] of [
    [`field-${path}`, point.lat],
    [`field-${path}-lng`, point.lng],
  ] as const) {
    const input = document.getElementById(id);
    if (input !== null) change(input, text);
  }
}

async function upload(input: HTMLElement) {
  const file = new File(["content"], "picture.png", { type: "image/png" });
  fireEvent.change(input, { target: { files: [file] } });
  await screen.findAllByText(/^picture\.png$/);
}

function change(input: HTMLElement, value: string) {
  fireEvent.change(input, { target: { value } });
}

/** Text as a page shows it: runs of white space are one space. */
export function spaced(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
