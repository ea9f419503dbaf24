import { App as AntApp, Button, Result } from "antd";
import { useTranslation } from "react-i18next";
import { useNavigate, useSearchParams } from "react-router";
import { type SavedView, useSavedViews, useViewWrites } from "@/client/savedViews";
import { useAppView } from "@/renderer/context";
import { problemText } from "@/ui/problemText";
import { ErrorState, LoadingState } from "@/ui/States";
import { NotFound } from "../NotFound";
import { entityPath, viewPath } from "../shell/navigation";
import { List } from "./List";
import { isStated } from "./listState";
import { mendedWords, viewOf } from "./savedView";
import "./list.css";

/** A view that somebody saved; its address can be sent to whom it is shared with. */
export function SavedViewPage(props: { id: string }) {
  const view = useAppView();
  const [words] = useSearchParams();
  const all = useSavedViews(view.app.key);
  if (all.isPending) return <LoadingState rows={10} />;
  if (all.isError) return <ErrorState error={all.error} onRetry={() => void all.refetch()} />;
  const saved = all.data.find((each) => each.id === props.id);
  const entity = saved && view.entity(saved.entity);
  if (!saved || !entity) return <NotFound />;
  if (saved.broken.length > 0 && !isStated(words)) return <Broken saved={saved} />;
  return <List key={saved.id} entity={entity} view={viewOf(saved)} saved={saved} isKept />;
}

/** The app has changed since: what is wrong, and two ways on. */
function Broken(props: { saved: SavedView }) {
  const { saved } = props;
  const { t } = useTranslation();
  const view = useAppView();
  const navigate = useNavigate();
  const { message } = AntApp.useApp();
  const writes = useViewWrites(view.app.key);
  const rest = mendedWords(saved, (key) => view.field(saved.entity, key));

  async function remove() {
    try {
      await writes.remove(saved);
      void navigate(entityPath(view.app.key, saved.entity), { replace: true });
    } catch (error) {
      void message.error(problemText(error, t));
    }
  }

  return (
    <Result
      status="warning"
      title={t("views.brokenTitle", { name: saved.name })}
      subTitle={t("views.brokenHint")}
      extra={
        <>
          <Button
            type="primary"
            onClick={() => void navigate(`${viewPath(view.app.key, saved.id)}?${rest}`, { replace: true })}
          >
            {t("views.openRest")}
          </Button>
          <Button danger onClick={() => void remove()}>
            {t("views.delete")}
          </Button>
        </>
      }
    >
      <ul className="view-faults">
        {saved.broken.map((fault) => (
          <li key={`${fault.field} ${fault.message}`}>
            <b>{t(`views.part.${fault.field}`)}</b> {fault.message}
          </li>
        ))}
      </ul>
      {saved.filter && <code className="filter-preview">{saved.filter}</code>}
    </Result>
  );
}
