import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useSession } from "@/auth/session";
import { useTitle } from "@/ui/title";
import { APP_DESCRIPTION, APP_TITLE, NAVIGATION } from "./navigation";

export default function HomePage() {
  const { i18n, t } = useTranslation();
  const { may, user } = useSession();
  const entries = NAVIGATION.filter((entry) => may(entry.read));
  useTitle(APP_TITLE);
  return (
    <div className="page">
      <h1>{APP_TITLE}</h1>
      {APP_DESCRIPTION !== "" && <p className="lead">{APP_DESCRIPTION}</p>}
      <p>{entries.length > 0 ? t("home.text") : t("login.required")}</p>
      {user === null && entries.length === 0 && (
        <Link to="/login" className="button button-primary">
          {t("actions.log_in")}
        </Link>
      )}
      <ul className="cards">
        {entries.map((entry) => (
          <li key={entry.path}>
            <Link to={entry.path} className="card">
              {entry.labels[i18n.language] ?? entry.path}
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}
