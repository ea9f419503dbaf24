import { useParams } from "react-router";
import type { EntityMeta, ViewMeta } from "@/metadata/app";
import { useAppView } from "@/renderer/context";
import { NotFound } from "../NotFound";
import { List } from "./List";
import "./list.css";

/** A view of the app, as a list. */
export function ListPage(props: { view: ViewMeta }) {
  const entity = useAppView().entity(props.view.entity);
  return entity ? <List key={props.view.key} entity={entity} view={props.view} isKept /> : <NotFound />;
}

/** All records of an entity, with the columns of its first list: where figures lead to. */
export function EntityPage() {
  const { entity: key } = useParams();
  const view = useAppView();
  const entity = view.entity(key ?? "");
  if (!entity) return <NotFound />;
  return <List key={entity.key} entity={entity} view={everything(view.app.views, entity)} />;
}

const COLUMNS = 7;

function everything(views: ViewMeta[], entity: EntityMeta): ViewMeta {
  const first = views.find((each) => each.entity === entity.key && each.kind === "list");
  return {
    id: entity.id,
    key: `all.${entity.key}`,
    entity: entity.key,
    label: entity.plural,
    kind: "list",
    columns: first?.columns ?? entity.fields.slice(0, COLUMNS).map((field) => field.key),
    sort: first?.sort ?? [],
  };
}
