import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { setToken } from "@/api/token";
import { currentUser } from "@/api/users";
import { Dialog } from "@/ui/dialog";
import { LoginForm } from "./login-form";
import { useSession } from "./session";

/** Asks for the login over the page when the session ends, so that what was entered stays. */
export function LoginDialog() {
  const { t } = useTranslation();
  const { hasEnded, user } = useSession();
  const queries = useQueryClient();
  if (!hasEnded || user === null) return null;
  const leave = () => {
    setToken(null);
  };
  return (
    <Dialog title={t("login.title")} onClose={leave}>
      <p>{t("login.ended")}</p>
      <LoginForm
        className="form"
        email={user.email}
        onCancel={leave}
        onLogIn={async (token) => {
          // The account is known before the token counts: the page never is without one.
          const { id } = await queries.query(currentUser(token));
          setToken(token);
          await queries.invalidateQueries({
            predicate: ({ state }) => id !== user.id || state.status === "error",
          });
        }}
      />
    </Dialog>
  );
}
