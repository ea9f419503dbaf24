import { Drawer } from "antd";
import { MoreHorizontal } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { NavLink } from "react-router";
import { Icon } from "@/ui/Icon";
import type { Place } from "./navigation";

const SHOWN = 4;

/** The menu on a phone: the first places, and all of them behind "more". */
export function BottomBar(props: { places: Place[] }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const first = props.places.filter((place) => place.key.startsWith("view:")).slice(0, SHOWN);
  return (
    <nav className="bottom" aria-label={t("shell.menu")}>
      {first.map((place) => (
        <NavLink key={place.key} to={place.path} className="bottom-link">
          <Icon name={place.icon} size={20} />
          <span>{place.label}</span>
        </NavLink>
      ))}
      <button type="button" className="bottom-link" onClick={() => setOpen(true)} aria-haspopup="dialog">
        <MoreHorizontal size={20} aria-hidden />
        <span>{t("more")}</span>
      </button>
      <Drawer
        placement="bottom"
        size="70%"
        open={open}
        onClose={() => setOpen(false)}
        title={t("shell.menu")}
      >
        <ul className="more-places">
          {props.places.map((place) => (
            <li key={place.key}>
              <NavLink to={place.path} className="side-link" onClick={() => setOpen(false)}>
                <Icon name={place.icon} size={18} />
                <span>{place.label}</span>
              </NavLink>
            </li>
          ))}
        </ul>
      </Drawer>
    </nav>
  );
}
