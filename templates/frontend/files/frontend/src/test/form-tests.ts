import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { Row } from "@/api/types";
import { type Entity, type FieldSpec, writeName } from "@/entity/definition";
import type { FormSchema } from "@/forms/schema";
import { asText, editable, inputValue } from "@/forms/values";
import { ADMIN, type FakeApi, PASSWORD } from "./fake-api";
import { fill, inputOf } from "./fill";
import { renderApp } from "./render-app";
import { apiWith, sampleRow, type Samples } from "./samples";

type Json = Record<string, unknown>;

/** What the forms for new and existing rows must do. */
export function testForms<R extends Row, S extends FormSchema>(
  entity: Entity<R, S>,
  samples: Samples,
): void {
  const fields = editable(entity.fields);
  const entry = samples.entry as Json;
  const save = () => {
    fireEvent.click(screen.getByRole("button", { name: "Save" }));
  };
  const fillAll = async (api: FakeApi) => {
    for (const spec of fields) await fill(api, spec, entry[writeName(spec)]);
  };
  const specOf = (name: string) => fields.find((spec) => writeName(spec) === name);

  describe("new", () => {
    it("sends what was entered and shows the new row", async () => {
      const api = apiWith(entity, samples);
      const router = await renderApp(`${entity.path}/new`, api);
      await fillAll(api);
      save();
      await waitFor(() => {
        expect(api.callsOf("POST").map(({ path }) => path)).toContain(entity.path);
      });
      const sent = api.callsOf("POST").at(-1)?.body as Json;
      expect(asEntered(fields, sent)).toEqual(asEntered(fields, entry));
      await waitFor(() => {
        const created = api.rows(entity.path).at(-1);
        const address = `${entity.path}/${encodeURIComponent(created?.id ?? "")}`;
        expect(router.state.location.pathname).toBe(address);
      });
      expect(screen.getByText(/was created\.$/)).toBeInTheDocument();
    });

    it.runIf(samples.required.length > 0)("asks for what is required", async () => {
      const api = apiWith(entity, samples);
      await renderApp(`${entity.path}/new`, api);
      await screen.findByRole("button", { name: "Save" });
      save();
      await screen.findAllByText("This is required.");
      for (const name of samples.required) {
        expect(await inputOf(name), name).toHaveAccessibleDescription(/This is required\./);
      }
      expect(api.callsOf("POST")).toHaveLength(0);
    });

    it.each(samples.invalid)("rejects $field: $value", async ({ field: name, value }) => {
      const api = apiWith(entity, samples);
      await renderApp(`${entity.path}/new`, api);
      const input = await inputOf(name);
      const spec = specOf(name);
      const entered = spec === undefined ? value : asText(inputValue(spec, value));
      fireEvent.change(input, { target: { value: entered } });
      save();
      await waitFor(() => {
        expect(input).toHaveAttribute("aria-invalid", "true");
      });
      expect(api.callsOf("POST")).toHaveLength(0);
    });

    it("puts the server's objections at their fields", async () => {
      const api = apiWith(entity, samples);
      await renderApp(`${entity.path}/new`, api);
      const first = writeName(fields[0] ?? { name: "", kind: "text" });
      await fillAll(api);
      api.refuse("POST", {
        title: "Conflict",
        status: 409,
        errors: [{ field: first, message: "Vergeben.", code: "unique" }],
      });
      save();
      expect(await screen.findByText("There is another one with the same value.")).toBeVisible();
      expect(await inputOf(first)).toHaveAccessibleDescription(/another one with the same value\./);
    });

    it("keeps what was entered when the session ends", async () => {
      const api = apiWith(entity, samples);
      await renderApp(`${entity.path}/new`, api);
      await fillAll(api);
      api.refuse("POST", { title: "Unauthorized", status: 401 });
      save();
      const dialog = within(await screen.findByRole("dialog"));
      expect(dialog.getByLabelText("E-mail")).toHaveValue(ADMIN.email);
      fireEvent.change(dialog.getByLabelText("Password"), { target: { value: PASSWORD } });
      fireEvent.click(dialog.getByRole("button", { name: "Log in" }));
      await waitFor(() => {
        expect(screen.queryByRole("dialog")).toBeNull();
      });
      const before = api.callsOf("POST").length;
      save();
      await waitFor(() => {
        expect(api.callsOf("POST").length).toBeGreaterThan(before);
      });
      const sent = api.callsOf("POST").at(-1)?.body as Json;
      expect(asEntered(fields, sent)).toEqual(asEntered(fields, entry));
    });

    it("closes when the visitor does not want to go on", async () => {
      const api = apiWith(entity, samples);
      await renderApp(`${entity.path}/new`, api);
      await fillAll(api);
      api.refuse("POST", { title: "Unauthorized", status: 401 });
      save();
      const dialog = within(await screen.findByRole("dialog"));
      fireEvent.click(dialog.getByRole("button", { name: "Cancel" }));
      expect(screen.queryByRole("dialog")).toBeNull();
      const isOpen = entity.permissions.create.includes("public");
      expect(screen.queryByRole("button", { name: "Save" }) !== null).toBe(isOpen);
    });

    it("is closed to those who may not create", async () => {
      const api = apiWith(entity, samples);
      api.user = { ...ADMIN, roles: [] };
      await renderApp(`${entity.path}/new`, api);
      const may = ["public", "user"].some((role) => entity.permissions.create.includes(role));
      const heading = await screen.findByRole("heading", { level: 1 });
      await waitFor(() => {
        expect(screen.queryByRole("button", { name: "Save" }) !== null).toBe(may);
      });
      expect(heading).toBeVisible();
    });
  });

  describe("edit", () => {
    const row = sampleRow(samples, 0);
    const address = `${entity.path}/${encodeURIComponent(row.id)}/edit`;
    const changed = fields.find(
      (spec) => !spec.immutable && ["text", "multiline"].includes(spec.kind) && !spec.sensitive,
    );

    it("starts with what is stored", async () => {
      await renderApp(address, apiWith(entity, samples));
      for (const spec of fields.filter(({ kind }) => kind === "text")) {
        if (spec.sensitive) continue;
        const stored = (row as unknown as Json)[spec.name];
        expect(await inputOf(writeName(spec))).toHaveValue(asText(inputValue(spec, stored)));
      }
      expect(await screen.findByRole("button", { name: "Save" })).toBeEnabled();
    });

    it("saves nothing but what was changed", async () => {
      const api = apiWith(entity, samples);
      const router = await renderApp(address, api);
      await screen.findByRole("button", { name: "Save" });
      const value = changed === undefined ? undefined : entry[changed.name];
      if (changed !== undefined) await fill(api, changed, value);
      save();
      await waitFor(() => {
        expect(api.callsOf("PATCH")).toHaveLength(1);
      });
      const isSame = value === (row as unknown as Json)[changed?.name ?? ""];
      const expected = changed === undefined || isSame ? {} : { [changed.name]: value };
      expect(api.callsOf("PATCH")[0]?.body).toEqual(expected);
      await waitFor(() => {
        expect(router.state.location.pathname).not.toMatch(/\/edit$/);
      });
    });

    it.runIf(row.version !== undefined)("shows a conflict and can save anyway", async () => {
      const api = apiWith(entity, samples);
      await renderApp(address, api);
      await screen.findByRole("button", { name: "Save" });
      const stored = api.rows(entity.path).find(({ id }) => id === row.id);
      if (stored !== undefined) stored.version = (row.version ?? 1) + 1;
      save();
      expect(await screen.findByRole("heading", { name: "Changed meanwhile" })).toBeVisible();
      fireEvent.click(screen.getByRole("button", { name: "Save my changes anyway" }));
      await waitFor(() => {
        expect(api.callsOf("PATCH").map(({ version }) => version)).toEqual([
          `"${row.version ?? 1}"`,
          `"${(row.version ?? 1) + 1}"`,
        ]);
      });
    });
  });
}

/** A write shape as the form holds it, so that `1.50` and `1.5` of a moment or duration are equal. */
function asEntered(fields: readonly FieldSpec[], written: Json): Json {
  const entries = fields
    .filter(({ kind }) => kind !== "file" && kind !== "image")
    .map((spec) => {
      const value = written[writeName(spec)];
      const isRelation = spec.kind === "reference" || spec.kind === "references";
      const entered = isRelation ? (value ?? null) : inputValue(spec, value);
      // Check boxes have no order of their own.
      const isChoice = spec.items === "enum" && Array.isArray(entered);
      return [spec.name, isChoice ? entered.toSorted() : entered] as const;
    });
  return Object.fromEntries(entries);
}
