import { useParams } from "react-router";
import { useAppView } from "@/renderer/context";
import { BoardPage } from "./board/BoardPage";
import { CalendarPage } from "./calendar/CalendarPage";
import { ListPage } from "./list/ListPage";
import { NotFound } from "./NotFound";

/** A view of the app, as its author meant it to be seen. */
export function ViewPage() {
  const { view: key } = useParams();
  const { app } = useAppView();
  const view = app.views.find((each) => each.key === key);
  if (!view) return <NotFound />;
  if (view.kind === "calendar") return <CalendarPage key={view.key} view={view} />;
  return view.kind === "board" ? <BoardPage key={view.key} view={view} /> : <ListPage view={view} />;
}
