import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { Row } from "@/api/types";
import { type Entity, isFilterable, isSortable, nameOf } from "@/entity/definition";
import { filterKey, operatorsFor } from "@/entity/filters";
import { textsIn } from "@/entity/labels";
import type { FormSchema } from "@/forms/schema";
import { ADMIN } from "./fake-api";
import { renderApp } from "./render-app";
import { apiWith, sampleRow, type Samples } from "./samples";

/** What every list page must do. */
export function testList<R extends Row, S extends FormSchema>(
  entity: Entity<R, S>,
  samples: Samples,
): void {
  const texts = textsIn("en", entity.labels);
  const visible = entity.fields.filter((spec) => !spec.sensitive);
  const open = async (address = entity.path) => {
    const api = apiWith(entity, samples);
    const router = await renderApp(address, api);
    return { api, router };
  };
  const asked = (api: ReturnType<typeof apiWith>) =>
    api.calls.filter(({ method, path }) => method === "GET" && path === entity.path);
  const lastQuery = (api: ReturnType<typeof apiWith>) => asked(api).at(-1)?.query;
  const queries = (api: ReturnType<typeof apiWith>) =>
    asked(api).map(({ query }) => query.toString());

  describe("list", () => {
    it("links every row to its page", async () => {
      await open();
      const table = await screen.findByRole("table", { name: texts.plural });
      for (const [index] of samples.rows.entries()) {
        const { id } = sampleRow(samples, index);
        const address = `${entity.path}/${encodeURIComponent(id)}`;
        expect(table.querySelector(`a[href="${address}"]`)).toBeInTheDocument();
      }
      expect(within(table).getAllByRole("row")).toHaveLength(samples.rows.length + 1);
    });

    it("says so when there is nothing", async () => {
      const api = apiWith(entity, { ...samples, rows: [] });
      await renderApp(entity.path, api);
      expect(await screen.findByText("Nothing here yet.")).toBeVisible();
    });

    it("shows a failure and tries again", async () => {
      const api = apiWith(entity, samples);
      api.user = null;
      api.refuse("GET", { title: "Broken", status: 503 });
      const address = entity.permissions.read.includes("public") ? entity.path : "/";
      await renderApp(address, api);
      if (address === "/") return;
      fireEvent.click(await screen.findByRole("button", { name: "Try again" }));
      expect(await screen.findByRole("table", { name: texts.plural })).toBeVisible();
    });

    it("asks for a page, a size and an order by its address", async () => {
      const { api } = await open(`${entity.path}?page=2&size=10&sort=-id`);
      await waitFor(() => {
        expect(queries(api)).toContain("sort=-id&page=2&size=10");
      });
    });

    it("goes to the last page when the address is beyond it", async () => {
      const { api, router } = await open(`${entity.path}?page=9&size=10`);
      expect(await screen.findByText("Page 1 of 1")).toBeVisible();
      expect(queries(api).at(-1)).toBe("page=1&size=10");
      expect(router.state.location.search).toEqual({ page: "1", size: "10" });
    });

    it("goes to the page before when the last row of a page is deleted", async () => {
      const row = sampleRow(samples, 0);
      const rows = Array.from({ length: 11 }, (_, index) => ({ ...row, id: `row-${index}` }));
      await renderApp(`${entity.path}?page=2&size=10`, apiWith(entity, { ...samples, rows }));
      fireEvent.click(await screen.findByRole("button", { name: /^Delete / }));
      const dialog = await screen.findByRole("dialog");
      fireEvent.click(within(dialog).getByRole("button", { name: "Delete" }));
      expect(await screen.findByText("Page 1 of 1")).toBeVisible();
      expect(screen.getAllByRole("row")).toHaveLength(11);
    });

    const sortable = visible.filter(
      (spec) => entity.columns.includes(spec.name) && isSortable(spec),
    );
    it.each(sortable.map(({ name }) => name))("sorts by %s in both directions", async (name) => {
      const { api } = await open();
      const header = await waitFor(() => {
        const found = document.querySelector<HTMLElement>(`th[data-field="${name}"] button`);
        if (found === null) throw new Error(`The column ${name} cannot be sorted.`);
        return found;
      });
      fireEvent.click(header);
      await waitFor(() => {
        expect(lastQuery(api)?.get("sort")).toBe(name);
      });
      expect(header.closest("th")).toHaveAttribute("aria-sort", "ascending");
      fireEvent.click(header);
      await waitFor(() => {
        expect(lastQuery(api)?.get("sort")).toBe(`-${name}`);
      });
    });

    it.runIf(sortable.length > 0)("sorts by a choice where there is no head", async () => {
      const { api } = await open();
      const choice = await screen.findByLabelText("Sort by");
      const name = sortable[0]?.name ?? "";
      for (const sort of [`-${name}`, name]) {
        fireEvent.change(choice, { target: { value: sort } });
        await waitFor(() => {
          expect(lastQuery(api)?.get("sort")).toBe(sort);
        });
        expect(await screen.findByLabelText("Sort by")).toHaveValue(sort);
      }
    });

    const filters = visible
      .filter(isFilterable)
      .flatMap((spec) => operatorsFor(spec).map((operator) => [filterKey(spec, operator)]));
    it.each(filters)("understands the filter %s in its address", async (key) => {
      const { api } = await open(`${entity.path}?${key}=true`);
      await waitFor(() => {
        expect(lastQuery(api)?.get(key)).toBe("true");
      });
      const clear = await screen.findByRole("button", { name: "Clear all" });
      fireEvent.click(clear);
      await waitFor(() => {
        expect(lastQuery(api)?.has(key)).toBe(false);
      });
    });

    it.runIf(entity.searchable)("searches", async () => {
      const { api } = await open();
      const box = await screen.findByRole("searchbox");
      fireEvent.change(box, { target: { value: "needle" } });
      await waitFor(() => {
        expect(lastQuery(api)?.get("q")).toBe("needle");
      });
      expect(await screen.findByText("Nothing matches these filters.")).toBeVisible();
    });

    it("shows the columns that are chosen", async () => {
      await open();
      const hidden = visible.find(({ name }) => !entity.columns.includes(name));
      if (hidden === undefined) return;
      await screen.findByRole("table");
      const shown = () => document.querySelector(`th[data-field="${hidden.name}"]`);
      expect(shown()).toBeNull();
      const group = screen.getByText("Columns", { selector: "summary" }).parentElement;
      const box = group?.querySelector<HTMLElement>(`input[value="${hidden.name}"]`);
      if (box) fireEvent.click(box);
      expect(shown()).toBeInTheDocument();
    });

    it("offers to create and delete only to those who may", async () => {
      const api = apiWith(entity, samples);
      api.user = { ...ADMIN, roles: [] };
      await renderApp(entity.path, api);
      const mayRead = ["public", "user"].some((role) => entity.permissions.read.includes(role));
      if (!mayRead) {
        expect(await screen.findByRole("heading", { name: "No access" })).toBeVisible();
        return;
      }
      await screen.findByRole("table");
      const first = nameOf(sampleRow(samples, 0), entity.display);
      const may = (roles: readonly string[]) => roles.includes("user") || roles.includes("public");
      expect(document.querySelector(`a[href="${entity.path}/new"]`) !== null).toBe(
        may(entity.permissions.create),
      );
      expect(screen.queryAllByRole("button", { name: `Delete ${first}` }).length > 0).toBe(
        may(entity.permissions.delete),
      );
    });
  });
}
