import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { Row } from "@/api/types";
import { type Entity, idOf, nameOf } from "@/entity/definition";
import { textsIn } from "@/entity/labels";
import type { FormSchema } from "@/forms/schema";
import { spaced } from "./fill";
import { renderApp } from "./render-app";
import { apiWith, sampleRow, type Samples } from "./samples";

/** What every page of a row must do. */
export function testDetail<R extends Row, S extends FormSchema>(
  entity: Entity<R, S>,
  samples: Samples,
): void {
  const texts = textsIn("en", entity.labels);
  const row = sampleRow(samples, 0);
  const address = `${entity.path}/${encodeURIComponent(row.id)}`;
  const name = nameOf(row, entity.display);

  describe("detail", () => {
    it("shows every field under its label", async () => {
      await renderApp(address, apiWith(entity, samples));
      expect(await screen.findByRole("heading", { level: 1 })).toHaveTextContent(spaced(name));
      const terms = screen.getAllByRole("term").map(({ textContent }) => textContent);
      const visible = entity.fields.filter((spec) => !spec.sensitive);
      expect(terms).toEqual(visible.map((spec) => texts.fields[spec.name]));
    });

    it("links to the rows it points to", async () => {
      await renderApp(address, apiWith(entity, samples));
      await screen.findByRole("heading", { level: 1 });
      for (const { name: field, target } of entity.fields) {
        const value = (row as unknown as Record<string, unknown>)[field];
        if (target?.hasPages !== true || value === null) continue;
        for (const { id } of [value].flat() as Row[]) {
          const link = `a[href="${target.path}/${encodeURIComponent(id)}"]`;
          expect(document.querySelector(link)).toBeInTheDocument();
        }
      }
    });

    it("says so when the row is gone", async () => {
      await renderApp(`${entity.path}/gone`, apiWith(entity, samples));
      expect(await screen.findByRole("alert")).toHaveTextContent("It may have been deleted.");
    });

    it("deletes the row after a question", async () => {
      const api = apiWith(entity, samples);
      const router = await renderApp(address, api);
      fireEvent.click(await screen.findByRole("button", { name: "Delete" }));
      const dialog = await screen.findByRole("dialog");
      expect(dialog).toHaveTextContent(spaced(name));
      expect(api.callsOf("DELETE")).toHaveLength(0);
      fireEvent.click(within(dialog).getByRole("button", { name: "Delete" }));
      await waitFor(() => {
        expect(router.state.location.pathname).toBe(entity.path);
      });
      expect(api.rows(entity.path).map(({ id }) => id)).not.toContain(row.id);
      expect(await screen.findByText(/was deleted\.$/)).toBeInTheDocument();
    });

    it("explains why the row cannot be deleted", async () => {
      const api = apiWith(entity, samples);
      api.refuse("DELETE", { title: "Conflict", status: 409, detail: "Not today." });
      await renderApp(address, api);
      fireEvent.click(await screen.findByRole("button", { name: "Delete" }));
      const dialog = await screen.findByRole("dialog");
      fireEvent.click(within(dialog).getByRole("button", { name: "Delete" }));
      expect(await within(dialog).findByText("Not today.")).toBeVisible();
      fireEvent.click(within(dialog).getByRole("button", { name: "Cancel" }));
      expect(screen.queryByRole("dialog")).toBeNull();
      expect(api.rows(entity.path).map(({ id }) => idOf(id))).toContain(idOf(row.id));
    });
  });
}
