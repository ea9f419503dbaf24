import { useTranslation } from "react-i18next";
import { Link, NavLink } from "react-router";
import { type AppMeta, localise } from "@/metadata/app";
import { Icon } from "@/ui/Icon";
import type { Place } from "./navigation";

export function SideBar(props: { app: AppMeta | undefined; places: Place[] }) {
  const { t, i18n } = useTranslation();
  return (
    <nav className="side" aria-label={t("shell.menu")}>
      <Link to="/" className="brand">
        <img src="/static/app/mark.svg" alt="" width={26} height={26} />
        <span>{props.app ? localise(props.app.label, i18n.language) : t("brand")}</span>
      </Link>
      <ul>
        {props.places.map((place) => (
          <li key={place.key}>
            <NavLink to={place.path} className="side-link">
              <Icon name={place.icon} />
              <span>{place.label}</span>
            </NavLink>
          </li>
        ))}
      </ul>
    </nav>
  );
}
