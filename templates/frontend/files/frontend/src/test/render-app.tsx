import { createMemoryHistory } from "@tanstack/react-router";
import { render, screen } from "@testing-library/react";
import { setToken } from "@/api/token";
import { Application } from "@/app/application";
import { createQueryClient } from "@/app/queries";
import { createAppRouter } from "@/app/router";
import type { FakeApi } from "./fake-api";

/** The whole application at this address, for the account of the fake server. */
export async function renderApp(address: string, api: FakeApi) {
  api.install();
  setToken(api.user === null ? null : "fake");
  const router = createAppRouter(createMemoryHistory({ initialEntries: [address] }));
  render(<Application router={router} queries={createQueryClient(0)} />);
  await screen.findByRole("main");
  return router;
}
