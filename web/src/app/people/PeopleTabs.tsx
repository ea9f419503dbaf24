import { useTranslation } from "react-i18next";
import { Link, useLocation } from "react-router";

const TREES = ["teams", "regions"] as const;

/** The three parts of who works here. */
export function PeopleTabs() {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const here = TREES.find((tree) => pathname.endsWith(`/${tree}`));
  return (
    <nav className="tabs" aria-label={t("people.title")}>
      <Link to="/people" aria-current={here ? undefined : "page"}>
        {t("people.people")}
      </Link>
      {TREES.map((tree) => (
        <Link key={tree} to={`/people/${tree}`} aria-current={here === tree ? "page" : undefined}>
          {t(`people.${tree}`)}
        </Link>
      ))}
    </nav>
  );
}
