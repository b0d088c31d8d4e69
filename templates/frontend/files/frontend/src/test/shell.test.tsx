import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { getToken } from "@/api/token";
import { APP_TITLE, NAVIGATION } from "@/app/navigation";
import { ADMIN, FakeApi, PASSWORD } from "./fake-api";
import { renderApp } from "./render-app";

function visitor(): FakeApi {
  const api = new FakeApi({});
  api.user = null;
  return api;
}

function logInAs(email: string, password: string) {
  fireEvent.change(screen.getByLabelText("E-mail"), { target: { value: email } });
  fireEvent.change(screen.getByLabelText("Password"), { target: { value: password } });
  const button = screen.getByRole("button", { name: "Log in" });
  fireEvent.click(button);
}

describe("shell", () => {
  it("shows the title and every entity to an administrator", async () => {
    await renderApp("/", new FakeApi({}));
    expect(await screen.findByRole("heading", { level: 1, name: APP_TITLE })).toBeVisible();
    const navigation = screen.getByRole("navigation", { name: "Main" });
    await waitFor(() => {
      expect(navigation.querySelectorAll("a")).toHaveLength(NAVIGATION.length);
    });
  });

  it("logs in, and goes where the visitor wanted to go", async () => {
    const api = visitor();
    const router = await renderApp("/login?next=%2Fanywhere", api);
    await screen.findByLabelText("E-mail");
    api.user = ADMIN;
    logInAs(ADMIN.email, PASSWORD);
    await waitFor(() => {
      expect(router.state.location.pathname).toBe("/anywhere");
    });
    expect(getToken()).toBe("renewed");
  });

  it("never leads to another site after login", async () => {
    const api = visitor();
    const router = await renderApp("/login?next=%2F%2Fevil.example", api);
    await screen.findByLabelText("E-mail");
    api.user = ADMIN;
    logInAs(ADMIN.email, PASSWORD);
    await waitFor(() => {
      expect(router.state.location.pathname).toBe("/");
    });
  });

  it("says so when the password is wrong", async () => {
    await renderApp("/login", visitor());
    await screen.findByLabelText("E-mail");
    logInAs(ADMIN.email, "wrong");
    expect(await screen.findByText("E-mail or password is wrong.")).toBeVisible();
    expect(getToken()).toBeNull();
  });

  it("logs out", async () => {
    await renderApp("/", new FakeApi({}));
    fireEvent.click(await screen.findByRole("button", { name: "Log out" }));
    const banner = within(screen.getByRole("banner"));
    expect(await banner.findByRole("link", { name: "Log in" })).toBeVisible();
    expect(getToken()).toBeNull();
  });

  it("forgets an account whose token has expired", async () => {
    const api = new FakeApi({});
    api.refuse("GET", { title: "Unauthorized", status: 401 });
    await renderApp("/", api);
    await waitFor(() => {
      expect(getToken()).toBeNull();
    });
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  it("changes between light and dark", async () => {
    await renderApp("/", new FakeApi({}));
    const choice = await screen.findByLabelText("Appearance");
    fireEvent.change(choice, { target: { value: "dark" } });
    expect(document.documentElement).toHaveAttribute("data-theme", "dark");
    fireEvent.change(choice, { target: { value: "system" } });
    expect(document.documentElement).toHaveAttribute("data-theme", "system");
  });

  it("offers to skip to the content", async () => {
    await renderApp("/", new FakeApi({}));
    const link = await screen.findByRole("link", { name: "Skip to content" });
    expect(link).toHaveAttribute("href", "#content");
    expect(screen.getByRole("main")).toHaveAttribute("id", "content");
  });

  it("says so when an address leads nowhere", async () => {
    await renderApp("/no/such/page", new FakeApi({}));
    expect(await screen.findByRole("heading", { name: "Not found" })).toBeVisible();
  });
});
