import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { Check, Copy } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { type RecordData, readPage } from "@/client/records";
import type { EntityMeta, FormItemMeta, ViewMeta } from "@/metadata/app";
import { wireName } from "@/metadata/system";
import { Chip } from "@/ui/Chip";
import { copyText } from "@/ui/copy";
import { ErrorState, LoadingState } from "@/ui/States";
import { type AppView, useAppView } from "../context";
import { nameOf } from "../fields/names";
import { optionsOf } from "../fields/options";
import { lookupOf } from "../form/conditions";
import { joinFilters } from "../list/filters";
import { anyOf, fulfilled, ranked, type Wish, wishesOf } from "./fitting";

interface SuggestionsProps {
  entity: EntityMeta;
  item: FormItemMeta;
  record: RecordData;
  linkOf: (entity: string, record: RecordData, children: ReactNode) => ReactNode;
}

/** So many are looked at for what fits best. */
const LOOKED_AT = 50;

/** Records of another entity that help with this one, best first, each with what of it fits and a text to copy. */
export function Suggestions(props: SuggestionsProps) {
  const view = useAppView();
  const from = view.app.views.find((each) => each.key === props.item.view);
  const target = from && view.entity(from.entity);
  return from && target ? <Found {...props} from={from} target={target} /> : null;
}

function Found(props: SuggestionsProps & { from: ViewMeta; target: EntityMeta }) {
  const { t } = useTranslation();
  const view = useAppView();
  const { item, from, target } = props;
  const lookup = lookupOf(view, props.entity.key, props.record);
  const wishes = wishesOf(item, lookup, (key) => view.field(target.key, key));
  const wished = anyOf(wishes);
  const found = useQuery({
    queryKey: ["records", view.app.key, target.key, "suggested", item.id, wished],
    queryFn: ({ signal }) => look(view, from, item, wishes, signal),
    staleTime: 60_000,
  });
  if (found.isSuccess && found.data.length === 0) return null;
  const id = `suggest-${item.id}`;
  return (
    <section className="section suggestions" aria-labelledby={id}>
      <h2 id={id}>{view.text(item.label) || t("record.suggested")}</h2>
      {found.isPending && <LoadingState rows={2} />}
      {found.isError && <ErrorState error={found.error} onRetry={() => void found.refetch()} />}
      <ul>
        {found.data?.map((each) => (
          <li key={each.id}>
            <header>
              {props.linkOf(target.key, each, nameOf(view, target.key, each))}
              {fulfilled(wishes, each).map((wish) => (
                <Fits key={wish.field.key} wish={wish} />
              ))}
            </header>
            {item.body && <Body text={String(each[item.body] ?? "")} />}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The best of a view; where too few have anything of what is wished, the first of the view make up the number. */
async function look(
  view: AppView,
  from: ViewMeta,
  item: FormItemMeta,
  wishes: Wish[],
  signal: AbortSignal,
): Promise<RecordData[]> {
  const limit = item.limit ?? 3;
  const target = view.entity(from.entity);
  const fields = ["id", target?.name_field, item.body, ...wishes.map((wish) => wish.field.key)];
  const asked = {
    fields: [...new Set(fields.filter((each) => typeof each === "string").map(wireName))].join(","),
    sort: from.sort.map((key) => (key.descending ? `-${key.field}` : key.field)).join(","),
  };
  const read = async (filter: string, most: number) =>
    (await readPage(view.app.key, from.entity, { ...asked, filter, limit: most }, signal)).items;
  const wished = anyOf(wishes);
  const fitting = wished ? await read(joinFilters([from.filter, wished]), LOOKED_AT) : [];
  const others = fitting.length < limit ? await read(from.filter ?? "", limit) : [];
  return ranked([...fitting, ...others], wishes, limit);
}

function Fits(props: { wish: Wish }) {
  const view = useAppView();
  const { field, value } = props.wish;
  const option = optionsOf(field).find((each) => each.key === value);
  return (
    <Chip tone="green">{`${view.text(field.label)} · ${option ? view.text(option.label) : value}`}</Chip>
  );
}

function Body(props: { text: string }) {
  const { t } = useTranslation();
  const [copied, setCopied] = useState(false);
  if (!props.text) return null;
  return (
    <div className="suggestion-body">
      <p>{props.text}</p>
      <Button
        size="small"
        icon={copied ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />}
        onClick={() => void copyText(props.text).then(setCopied)}
      >
        {t(copied ? "record.copied" : "record.copy")}
      </Button>
    </div>
  );
}
