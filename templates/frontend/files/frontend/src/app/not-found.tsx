import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

export function NotFound() {
  const { t } = useTranslation();
  return (
    <div className="page page-narrow">
      <h1>{t("errors.not_found_title")}</h1>
      <p>{t("errors.not_found")}</p>
      <Link to="/" className="button">
        {t("nav.home")}
      </Link>
    </div>
  );
}
