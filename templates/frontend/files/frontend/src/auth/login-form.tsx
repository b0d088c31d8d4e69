import { type SubmitEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "@/api/client";
import { requestToken } from "@/api/users";
import { describeError } from "@/ui/states";

interface LoginFormProps {
  className: string;
  /** The account that is asked for. */
  email?: string | undefined;
  onLogIn: (token: string) => Promise<void>;
  /** Gives up; without it there is nothing to go back to. */
  onCancel?: () => void;
}

/** E-mail and password for an access token. */
export function LoginForm({ className, email, onCancel, onLogIn }: LoginFormProps) {
  const { t } = useTranslation();
  const id = useId();
  const [error, setError] = useState("");
  const [isBusy, setIsBusy] = useState(false);

  async function logIn(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setError("");
    setIsBusy(true);
    try {
      const token = await requestToken(textOf(form, "email"), textOf(form, "password"));
      await onLogIn(token.access_token);
    } catch (problem) {
      const isWrong = problem instanceof ApiError && [400, 401, 422].includes(problem.status);
      setError(isWrong ? t("errors.login") : describeError(problem, t).text);
    } finally {
      setIsBusy(false);
    }
  }

  return (
    <form className={className} onSubmit={(event) => void logIn(event)}>
      <div className="field">
        <label htmlFor={`${id}-email`}>{t("login.email")}</label>
        <input
          id={`${id}-email`}
          name="email"
          type="email"
          autoComplete="username"
          defaultValue={email}
          required
        />
      </div>
      <div className="field">
        <label htmlFor={`${id}-password`}>{t("login.password")}</label>
        <input
          id={`${id}-password`}
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
        {onCancel !== undefined && (
          <button type="button" className="button" onClick={onCancel}>
            {t("actions.cancel")}
          </button>
        )}
      </div>
    </form>
  );
}

function textOf(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === "string" ? value : "";
}
