import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { setToken } from "@/api/token";
import { useQueryEntries } from "@/app/address";
import { useTitle } from "@/ui/title";
import { LoginForm } from "./login-form";

export default function LoginPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { next = "/" } = useQueryEntries();
  useTitle(t("login.title"));
  return (
    <div className="page page-narrow">
      <h1>{t("login.title")}</h1>
      <LoginForm
        className="sheet form"
        onLogIn={async (token) => {
          setToken(token);
          await navigate({ to: safeTarget(next), replace: true });
        }}
      />
    </div>
  );
}

/** Only addresses of this application: a link must not lead to another site after login. */
function safeTarget(next: string): string {
  return /^\/(?![/\\])/.test(next) ? next : "/";
}
