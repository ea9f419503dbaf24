import { App as AntApp, Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { type AskedView, type SavedView, useViewWrites } from "@/client/savedViews";
import type { ViewMeta } from "@/metadata/app";
import { useAppView } from "@/renderer/context";
import { problemText } from "@/ui/problemText";
import { viewPath } from "../shell/navigation";
import { ViewDialog } from "./ViewDialog";
import { ViewSwitcher } from "./ViewSwitcher";

interface ViewHeadProps {
  view: ViewMeta;
  saved: SavedView | undefined;
  /** What the list is asked for now. */
  asked: AskedView;
  /** Whether that is something else than what the view says. */
  isChanged: boolean;
  /** Lets the list show what its view says. */
  onReset: () => void;
  count: { value: number; exact: boolean } | null | undefined;
}

/** The name of a list with its number, and what can be done with what was changed of its view. */
export function ViewHead(props: ViewHeadProps) {
  const { view, saved, asked } = props;
  const { t } = useTranslation();
  const shown = useAppView();
  const navigate = useNavigate();
  const { message } = AntApp.useApp();
  const writes = useViewWrites(shown.app.key);
  const [dialog, setDialog] = useState<"new" | "settings" | null>(null);
  const [busy, setBusy] = useState(false);

  async function save(view: SavedView) {
    setBusy(true);
    try {
      await writes.change(view, asked);
      props.onReset();
      void message.success(t("views.saved"));
    } catch (error) {
      void message.error(problemText(error, t));
    } finally {
      setBusy(false);
    }
  }

  return (
    <>
      <h1 className="view-title">
        <ViewSwitcher
          view={view}
          saved={saved}
          onSaveAs={() => setDialog("new")}
          onSettings={() => setDialog("settings")}
        />
        {props.count && (
          <small className="count">
            {props.count.exact
              ? props.count.value.toLocaleString()
              : t("list.more", { count: props.count.value })}
          </small>
        )}
      </h1>
      {props.isChanged && (
        <div className="view-changes" role="group" aria-label={t("views.changed")}>
          <span className="muted">{t("views.changed")}</span>
          {saved?.writable && (
            <Button size="small" type="primary" loading={busy} onClick={() => void save(saved)}>
              {t("save")}
            </Button>
          )}
          <Button size="small" onClick={() => setDialog("new")}>
            {t("views.saveAs")}
          </Button>
          <Button size="small" type="text" onClick={props.onReset}>
            {t("views.reset")}
          </Button>
        </div>
      )}
      {dialog === "new" && (
        <ViewDialog
          title={t("views.saveAs")}
          name=""
          shared="none"
          onClose={() => setDialog(null)}
          onSave={async (named) => {
            const made = await writes.create({ entity: view.entity, ...named, ...asked });
            props.onReset();
            void navigate(viewPath(shown.app.key, made.id));
            void message.success(t("views.saved"));
          }}
        />
      )}
      {dialog === "settings" && saved && (
        <ViewDialog
          title={t("views.settings")}
          name={saved.name}
          shared={saved.shared}
          onClose={() => setDialog(null)}
          onSave={async (named) => {
            await writes.change(saved, named);
            setDialog(null);
          }}
        />
      )}
    </>
  );
}
