import { useNavigate } from "@tanstack/react-router";
import { type SubmitEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "@/api/client";
import { setToken } from "@/api/token";
import { requestToken } from "@/api/users";
import { useQueryEntries } from "@/app/address";
import { describeError } from "@/ui/states";
import { useTitle } from "@/ui/title";

export default function LoginPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { next = "/" } = useQueryEntries();
  const [error, setError] = useState("");
  const [isBusy, setIsBusy] = useState(false);
  useTitle(t("login.title"));

  async function logIn(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setError("");
    setIsBusy(true);
    try {
      const token = await requestToken(textOf(form, "email"), textOf(form, "password"));
      setToken(token.access_token);
      await navigate({ to: safeTarget(next), replace: true });
    } catch (problem) {
      const isWrong = problem instanceof ApiError && [400, 401, 422].includes(problem.status);
      setError(isWrong ? t("errors.login") : describeError(problem, t).text);
    } finally {
      setIsBusy(false);
    }
  }

  return (
    <div className="page page-narrow">
      <h1>{t("login.title")}</h1>
      <form className="sheet form" onSubmit={(event) => void logIn(event)}>
        <div className="field">
          <label htmlFor="email">{t("login.email")}</label>
          <input id="email" name="email" type="email" autoComplete="username" required />
        </div>
        <div className="field">
          <label htmlFor="password">{t("login.password")}</label>
          <input
            id="password"
            name="password"
            type="password"
            autoComplete="current-password"
            required
          />
        </div>
        <p className="error" role="alert">
          {error}
        </p>
        <div className="form-actions">
          <button type="submit" className="button button-primary" disabled={isBusy}>
            {t("actions.log_in")}
          </button>
        </div>
      </form>
    </div>
  );
}

function textOf(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === "string" ? value : "";
}

/** Only addresses of this application: a link must not lead to another site after login. */
function safeTarget(next: string): string {
  return /^\/(?![/\\])/.test(next) ? next : "/";
}
