import { useEffect } from "react";
import { useParams, useSearchParams } from "react-router";
import { type RecordData, useRecord } from "@/client/records";
import type { EntityMeta, FormMeta } from "@/metadata/app";
import { useAppView } from "@/renderer/context";
import { lookupOf } from "@/renderer/form/conditions";
import { inputFormOf, plainItems } from "@/renderer/form/layout";
import { useNarrow } from "@/ui/narrow";
import { ErrorState, LoadingState } from "@/ui/States";
import { NotFound } from "../NotFound";
import { expansionOf } from "../record/RecordPage";
import { RecordForm } from "./RecordForm";
import "./form.css";

/** A new record; the address may bring values along (`?account=…`). */
export function NewPage() {
  const { entity: key } = useParams();
  const view = useAppView();
  const narrow = useNarrow();
  const [words] = useSearchParams();
  const entity = view.entity(key ?? "");
  useTitle(entity);
  if (!entity?.acts.includes("create")) return <NotFound />;
  const initial = { ...defaultsOf(entity), ...givenBy(entity, words) };
  const lookup = lookupOf(view, entity.key, initial);
  const form = inputFormOf(view.app.forms, entity.key, "create", narrow, lookup);
  return (
    <RecordForm
      key={`${entity.key}?${words}`}
      entity={entity}
      form={form}
      items={itemsOf(form, entity)}
      initial={initial}
    />
  );
}

export function EditPage() {
  const { entity: key, id } = useParams();
  const entity = useAppView().entity(key ?? "");
  useTitle(entity);
  if (!entity?.acts.includes("update") || !id) return <NotFound />;
  return <Loaded key={id} entity={entity} id={id} />;
}

function Loaded(props: { entity: EntityMeta; id: string }) {
  const view = useAppView();
  const narrow = useNarrow();
  const found = useRecord(view.app.key, props.entity.key, props.id, expansionOf(props.entity));
  if (found.isPending) return <LoadingState rows={10} />;
  if (found.isError) return <ErrorState error={found.error} onRetry={() => void found.refetch()} />;
  const lookup = lookupOf(view, props.entity.key, found.data);
  const form = inputFormOf(view.app.forms, props.entity.key, "update", narrow, lookup);
  return (
    <RecordForm
      entity={props.entity}
      form={form}
      items={itemsOf(form, props.entity)}
      record={found.data}
      initial={found.data as RecordData}
    />
  );
}

const itemsOf = (form: FormMeta | null, entity: EntityMeta) => form?.items ?? plainItems(entity);

/** Values that the document gives a new record; computed ones come from the server. */
function defaultsOf(entity: EntityMeta): Record<string, unknown> {
  return Object.fromEntries(
    entity.fields
      .filter((field) => field.creatable && field.default !== null && field.default !== undefined)
      .map((field) => [field.key, field.default]),
  );
}

function givenBy(entity: EntityMeta, words: URLSearchParams): Record<string, unknown> {
  const open = new Set(entity.fields.filter((field) => field.creatable).map((field) => field.key));
  return Object.fromEntries([...words].filter(([key]) => open.has(key)));
}

function useTitle(entity: EntityMeta | undefined) {
  const view = useAppView();
  useEffect(() => {
    document.title = view.text(entity?.label);
  }, [entity, view]);
}
