import { Avatar, Button, Dropdown, type MenuProps } from "antd";
import { Search } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { useMe, useSignOut } from "@/client/session";
import { type AppMeta, localise } from "@/metadata/app";
import { languageOf } from "@/ui/language";
import { type Choice, chooseMode, modeChoice } from "@/ui/mode";
import { useNarrow } from "@/ui/narrow";
import { dropAllDrafts } from "../form/drafts";
import { dropAllLists } from "../list/listState";
import { PALETTE_KEYS } from "../palette/usePalette";
import { platformPlaces } from "./navigation";
import { useSpeak } from "./useSpeak";

export function TopBar(props: { app: AppMeta | undefined; onSearch?: () => void; onKeys?: () => void }) {
  const { t, i18n } = useTranslation();
  const me = useMe().data;
  const signOut = useSignOut();
  const { speak } = useSpeak();
  const navigate = useNavigate();
  const narrow = useNarrow();
  const other = languageOf(i18n.language) === "en" ? "zh-CN" : "en";
  const modes: Choice[] = ["light", "dark", "system"];
  const items: MenuProps["items"] = [
    ...platformPlaces(me, t).map(({ key, label, path }) => ({
      key,
      label,
      onClick: () => void navigate(path),
    })),
    { type: "divider" },
    ...modes.map((mode) => ({
      key: mode,
      label: `${mode === modeChoice() ? "✓ " : ""}${t(`shell.theme.${mode}`)}`,
      onClick: () => chooseMode(mode),
    })),
    { key: "language", label: other === "en" ? "English" : "简体中文", onClick: () => speak(other) },
    ...(props.onKeys ? [{ key: "keys", label: t("keys.title"), onClick: props.onKeys }] : []),
    { type: "divider" },
    { key: "out", label: t("shell.signOut"), onClick: () => void leave() },
  ];
  function leave() {
    dropAllDrafts();
    dropAllLists();
    return signOut();
  }
  return (
    <header className="top">
      {narrow && (
        <Link to="/" className="brand">
          <img src="/static/app/mark.svg" alt="" width={26} height={26} />
          <span>{props.app ? localise(props.app.label, i18n.language) : t("brand")}</span>
        </Link>
      )}
      {props.onSearch && !narrow && (
        <button type="button" className="search-opener" onClick={props.onSearch}>
          <Search size={15} aria-hidden />
          <span>{t("shell.search")}</span>
          <kbd>{PALETTE_KEYS}</kbd>
        </button>
      )}
      <span className="grow" />
      {props.onSearch && narrow && (
        <button
          type="button"
          className="icon-button touch"
          aria-label={t("shell.search")}
          onClick={props.onSearch}
        >
          <Search size={20} aria-hidden />
        </button>
      )}
      {me && (
        <Dropdown menu={{ items }} trigger={["click"]} placement="bottomRight">
          <Button type="text" className="person">
            <Avatar size={26} aria-hidden>
              {initials(me.name)}
            </Avatar>
            <span className="person-name">{me.name}</span>
          </Button>
        </Dropdown>
      )}
    </header>
  );
}

/** The last two characters of a Chinese name, the first letters of another. */
function initials(name: string): string {
  if (/\p{Script=Han}/u.test(name)) return name.slice(-2);
  const words = name.split(/\s+/).filter(Boolean);
  return words
    .map((word) => word.charAt(0).toUpperCase())
    .slice(0, 2)
    .join("");
}
