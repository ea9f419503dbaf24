import { useTranslation } from "react-i18next";
import { NavLink } from "react-router";

/** The three parts of who works here. */
export function PeopleTabs() {
  const { t } = useTranslation();
  return (
    <nav className="tabs" aria-label={t("people.title")}>
      <NavLink to="/people" end>
        {t("people.people")}
      </NavLink>
      <NavLink to="/people/teams">{t("people.teams")}</NavLink>
      <NavLink to="/people/regions">{t("people.regions")}</NavLink>
    </nav>
  );
}
