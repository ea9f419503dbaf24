import { App as AntApp, Dropdown, type MenuProps } from "antd";
import { Bookmark, ChevronDown, Link2, Save, Settings2, Trash2, TriangleAlert, Users } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { type SavedView, useSavedViews, useViewWrites } from "@/client/savedViews";
import { useMe } from "@/client/session";
import type { ViewMeta } from "@/metadata/app";
import { useAppView } from "@/renderer/context";
import { copyText } from "@/ui/copy";
import { Icon } from "@/ui/Icon";
import { problemText } from "@/ui/problemText";
import { entityPath, kindIcon, viewPath } from "../shell/navigation";

interface ViewSwitcherProps {
  view: ViewMeta;
  saved: SavedView | undefined;
  onSaveAs: () => void;
  onSettings: () => void;
}

/** What the list is called; opens the other views of its entity, and what can be done with this one. */
export function ViewSwitcher(props: ViewSwitcherProps) {
  const { view, saved } = props;
  const { t } = useTranslation();
  const shown = useAppView();
  const navigate = useNavigate();
  const { message, modal } = AntApp.useApp();
  const writes = useViewWrites(shown.app.key);
  const user = useMe().data?.id;
  const app = shown.app.key;
  const all = (useSavedViews(app).data ?? []).filter((each) => each.entity === view.entity);
  const entityIcon = shown.entity(view.entity)?.icon ?? null;
  const open = (key: string) => void navigate(viewPath(app, key));

  async function copy() {
    const done = await copyText(window.location.href);
    if (done) void message.success(t("views.copied"));
    else void message.error(t("views.notCopied"));
  }

  function remove(gone: SavedView) {
    modal.confirm({
      title: t("views.deleteAsk", { name: gone.name }),
      content: gone.shared === "none" ? undefined : t("views.deleteHint"),
      okText: t("views.delete"),
      okButtonProps: { danger: true },
      cancelText: t("cancel"),
      onOk: async () => {
        try {
          await writes.remove(gone);
          void navigate(entityPath(app, gone.entity), { replace: true });
        } catch (error) {
          void message.error(problemText(error, t));
        }
      },
    });
  }

  const entryOf = (each: SavedView) => ({
    key: each.id,
    icon: <Bookmark size={15} aria-hidden />,
    label: <Entry saved={each} isMine={each.owner.id === user} />,
    onClick: () => open(each.id),
  });
  const own = shown.app.views
    .filter((each) => each.entity === view.entity)
    .map((each) => ({
      key: each.key,
      icon: <Icon name={kindIcon(each.kind) ?? entityIcon} size={15} />,
      label: shown.text(each.label),
      onClick: () => open(each.key),
    }));
  const mine = all.filter((each) => each.owner.id === user).map(entryOf);
  const others = all.filter((each) => each.owner.id !== user).map(entryOf);
  const groups = [
    { key: "app", label: t("views.ofApp"), children: own },
    { key: "mine", label: t("views.mine"), children: mine },
    { key: "others", label: t("views.others"), children: others },
  ].filter((group) => group.children.length > 0);
  const items: MenuProps["items"] = [
    ...groups.map((group) => ({ ...group, type: "group" as const })),
    { type: "divider" },
    {
      key: ":save",
      icon: <Save size={15} aria-hidden />,
      label: t("views.saveAs"),
      onClick: props.onSaveAs,
    },
    {
      key: ":link",
      icon: <Link2 size={15} aria-hidden />,
      label: t("views.copy"),
      onClick: () => void copy(),
    },
  ];
  if (saved?.writable)
    items.push(
      {
        key: ":settings",
        icon: <Settings2 size={15} aria-hidden />,
        label: t("views.settings"),
        onClick: props.onSettings,
      },
      {
        key: ":delete",
        icon: <Trash2 size={15} aria-hidden />,
        danger: true,
        label: t("views.delete"),
        onClick: () => remove(saved),
      },
    );
  return (
    <Dropdown
      trigger={["click"]}
      placement="bottomLeft"
      menu={{ items, selectedKeys: [view.key], className: "view-menu" }}
    >
      <button type="button" className="view-switch" aria-haspopup="menu" title={t("views.switch")}>
        <span>{saved ? saved.name : shown.text(view.label)}</span>
        <ChevronDown size={16} aria-hidden />
      </button>
    </Dropdown>
  );
}

/** A saved view in the menu: whose it is, whether others see it, whether it can be opened. */
function Entry(props: { saved: SavedView; isMine: boolean }) {
  const { saved } = props;
  const { t } = useTranslation();
  return (
    <span className="view-entry">
      <span>{saved.name}</span>
      {saved.broken.length > 0 && (
        <TriangleAlert size={14} className="view-broken" aria-label={t("views.broken")} />
      )}
      {!props.isMine && <small className="muted">{saved.owner.name}</small>}
      {props.isMine && saved.shared !== "none" && (
        <Users size={13} className="muted" aria-label={t(`views.shared.${saved.shared}`)} />
      )}
    </span>
  );
}
