import { useParams } from "react-router";
import { useAppView } from "@/renderer/context";
import { BoardPage } from "./board/BoardPage";
import { CalendarPage } from "./calendar/CalendarPage";
import { ListPage } from "./list/ListPage";
import { SavedViewPage } from "./list/SavedViewPage";
import { NotFound } from "./NotFound";

/** Saved views are named by ids, which no key of a document can be. */
const SAVED = /^[0-9a-f-]{36}$/;

/** A view of the app, as its author meant it to be seen, or one that somebody saved. */
export function ViewPage() {
  const { view: key } = useParams();
  const { app } = useAppView();
  const view = app.views.find((each) => each.key === key);
  if (!view) return key && SAVED.test(key) ? <SavedViewPage id={key} /> : <NotFound />;
  if (view.kind === "calendar") return <CalendarPage key={view.key} view={view} />;
  return view.kind === "board" ? <BoardPage key={view.key} view={view} /> : <ListPage view={view} />;
}
