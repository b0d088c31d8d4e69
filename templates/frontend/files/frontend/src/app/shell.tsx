import { useQueryClient } from "@tanstack/react-query";
import { Link, Outlet, useLocation, useNavigate } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { setToken } from "@/api/token";
import { LoginDialog } from "@/auth/login-dialog";
import { useSession } from "@/auth/session";
import { changeLanguage } from "@/i18n";
import { LANGUAGES, languageName } from "@/i18n/languages";
import { Icon } from "@/ui/icon";
import { StatusLine } from "@/ui/status";
import { setTheme, THEMES, useTheme } from "@/ui/theme";
import { APP_TITLE, NAVIGATION } from "./navigation";

/** Header, navigation and the page; the only place with landmarks. */
export function Shell() {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const [openAt, setOpenAt] = useState<string | null>(null);
  const isOpen = openAt === pathname; // another page closes the menu
  const main = useRef<HTMLElement>(null);
  const isFirst = useRef(true);

  useEffect(() => {
    if (isFirst.current) isFirst.current = false;
    else main.current?.focus({ preventScroll: true });
  }, [pathname]);

  return (
    <div className="shell">
      <a className="skip" href="#content">
        {t("actions.skip")}
      </a>
      <header className="side" data-open={isOpen}>
        <div className="side-head">
          <Link to="/" className="brand">
            {APP_TITLE}
          </Link>
          <button
            type="button"
            className="button button-quiet menu-button"
            aria-expanded={isOpen}
            aria-controls="navigation"
            onClick={() => {
              setOpenAt(isOpen ? null : pathname);
            }}
          >
            <Icon name={isOpen ? "close" : "menu"} />
            {t("actions.menu")}
          </button>
        </div>
        <div className="side-body" id="navigation">
          <Navigation />
          <Preferences />
        </div>
      </header>
      <main id="content" className="content" tabIndex={-1} ref={main}>
        <Outlet />
      </main>
      <LoginDialog />
      <StatusLine />
    </div>
  );
}

function Navigation() {
  const { i18n, t } = useTranslation();
  const { may } = useSession();
  return (
    <nav aria-label={t("nav.label")}>
      <ul className="nav">
        {NAVIGATION.filter((entry) => may(entry.read)).map((entry) => (
          <li key={entry.path}>
            <Link to={entry.path} activeProps={{ "aria-current": "page" }}>
              {entry.labels[i18n.language] ?? entry.path}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function Preferences() {
  const { i18n, t } = useTranslation();
  const theme = useTheme();
  return (
    <div className="preferences">
      <Account />
      <label className="preference">
        <span>{t("nav.language")}</span>
        <select
          value={i18n.language}
          onChange={(event) => {
            const chosen = LANGUAGES.find((language) => language === event.target.value);
            if (chosen !== undefined) void changeLanguage(chosen);
          }}
        >
          {LANGUAGES.map((language) => (
            <option key={language} value={language} lang={language}>
              {languageName(language)}
            </option>
          ))}
        </select>
      </label>
      <label className="preference">
        <span>{t("nav.theme")}</span>
        <select
          value={theme}
          onChange={(event) => {
            setTheme(THEMES.find((name) => name === event.target.value) ?? "system");
          }}
        >
          {THEMES.map((name) => (
            <option key={name} value={name}>
              {t(`theme.${name}`)}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}

function Account() {
  const { t } = useTranslation();
  const { user } = useSession();
  const { href, pathname } = useLocation();
  const navigate = useNavigate();
  const queries = useQueryClient();
  if (user === null) {
    const next = pathname === "/login" ? "/" : href;
    return (
      <Link to="/login" search={{ next }} className="button">
        {t("actions.log_in")}
      </Link>
    );
  }
  return (
    <div className="account">
      <span className="account-name">{user.name}</span>
      <button
        type="button"
        className="button"
        onClick={() => {
          setToken(null);
          queries.clear();
          void navigate({ to: "/" });
        }}
      >
        {t("actions.log_out")}
      </button>
    </div>
  );
}
