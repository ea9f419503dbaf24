import { Avatar, Button, Dropdown, type MenuProps } from "antd";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { useMe, useSignOut } from "@/client/session";
import type { AppMeta } from "@/metadata/app";
import { changeLanguage, languageOf } from "@/ui/language";
import { type Choice, chooseMode, modeChoice } from "@/ui/mode";
import { dropAllDrafts } from "../form/drafts";

export function TopBar(props: { app: AppMeta | undefined }) {
  const { t, i18n } = useTranslation();
  const me = useMe().data;
  const signOut = useSignOut();
  const navigate = useNavigate();
  const other = languageOf(i18n.language) === "en" ? "zh-CN" : "en";
  const modes: Choice[] = ["light", "dark", "system"];
  const items: MenuProps["items"] = [
    { key: "apps", label: t("shell.apps"), onClick: () => void navigate("/") },
    { type: "divider" },
    ...modes.map((mode) => ({
      key: mode,
      label: `${mode === modeChoice() ? "✓ " : ""}${t(`shell.theme.${mode}`)}`,
      onClick: () => chooseMode(mode),
    })),
    { key: "language", label: other === "en" ? "English" : "简体中文", onClick: () => changeLanguage(other) },
    { type: "divider" },
    { key: "out", label: t("shell.signOut"), onClick: () => void leave() },
  ];
  function leave() {
    dropAllDrafts();
    return signOut();
  }
  return (
    <header className="top">
      {!props.app && (
        <Link to="/" className="brand">
          <img src="/static/app/mark.svg" alt="" width={26} height={26} />
          <span>{t("brand")}</span>
        </Link>
      )}
      <span className="grow" />
      {me && (
        <Dropdown menu={{ items }} trigger={["click"]} placement="bottomRight">
          <Button type="text" className="person" aria-label={`${t("shell.profile")}: ${me.name}`}>
            <Avatar size={26}>{initials(me.name)}</Avatar>
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
