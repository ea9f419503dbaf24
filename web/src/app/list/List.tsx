import { Button, Input } from "antd";
import { Plus, Search, Upload } from "lucide-react";
import { type ReactNode, useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { type RecordData, useCount, useFreshRow, useRecords } from "@/client/records";
import type { SavedView } from "@/client/savedViews";
import { useMe } from "@/client/session";
import type { EntityMeta, FieldMeta, ViewMeta } from "@/metadata/app";
import { expandName, targetOf, wireName } from "@/metadata/system";
import { useAppView } from "@/renderer/context";
import { Cards } from "@/renderer/list/Cards";
import { joinFilters } from "@/renderer/list/filters";
import { Grid, type GridHandle } from "@/renderer/list/Grid";
import { useNarrow } from "@/ui/narrow";
import { EmptyState, ErrorState, LoadingState } from "@/ui/States";
import { type Shortcut, useShortcuts } from "@/ui/shortcuts";
import { importPath, newPath, recordPath } from "../shell/navigation";
import { BulkBar } from "./BulkBar";
import { CellEditor, canEditCell } from "./CellEditor";
import { ColumnMenu } from "./ColumnMenu";
import { ExportButton } from "./ExportButton";
import { AddFilter, FilterBar } from "./FilterBar";
import { isSame, listPlace, NOTHING, useListState } from "./listState";
import { askedView, baseOf, expressionOf, sortText } from "./savedView";
import { ViewHead } from "./ViewHead";

/** Records of the first page, which comes at once, and of those behind it, which come before they are seen. */
const [FIRST, LATER] = [100, 500];

interface ListProps {
  entity: EntityMeta;
  view: ViewMeta;
  /** Where it is one that somebody saved. */
  saved?: SavedView;
  /** Whether the list is found again as it was left. */
  isKept?: boolean;
}

/** Records of a view: searched, narrowed, sorted; rows come before their number. */
export function List(props: ListProps) {
  const { entity, view, saved } = props;
  const { t } = useTranslation();
  const shown = useAppView();
  const narrow = useNarrow();
  const navigate = useNavigate();
  const user = useMe().data?.id ?? "";
  const fieldOf = useCallback((key: string) => shown.field(view.entity, key), [shown, view.entity]);
  const base = useMemo(() => (saved ? baseOf(saved, fieldOf) : NOTHING), [saved, fieldOf]);
  const { state, change, reset } = useListState(
    base,
    props.isKept ? listPlace(user, shown.app.key, view.key) : null,
  );
  const [typed, setTyped] = useState(state.search);
  const keys = state.columns ?? view.columns;
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const search = useDeferredValue(typed.trim());
  const columns = useMemo(
    () => keys.map(fieldOf).filter((field): field is FieldMeta => !!field),
    [keys, fieldOf],
  );
  const expression = expressionOf(state, fieldOf);
  const named = entity.name_field ? [entity.name_field] : [];
  const asked = {
    filter: joinFilters([view.filter, expression]),
    sort: sortText(view, state.sort),
    search,
    fields: [...new Set(["id", ...named, ...columns.map((field) => wireName(field.key))])].join(","),
    expand: columns
      .filter(targetOf)
      .map((field) => expandName(field.key))
      .join(","),
    limit: FIRST,
  };
  const records = useRecords(shown.app.key, view.entity, asked, true, LATER);
  const fresh = useFreshRow(shown.app.key, view.entity, asked);
  const grid = useRef<GridHandle>(null);
  const page = useRef<HTMLElement>(null);
  const count = useCount(shown.app.key, view.entity, { filter: asked.filter, search }).data;
  const rows = useMemo(() => records.data?.pages.flatMap((page) => page.items) ?? [], [records.data]);
  useEffect(() => {
    // A view that is opened or taken back brings its own words to the box.
    setTyped((now) => (now.trim() === state.search ? now : state.search));
  }, [state.search]);
  useEffect(() => {
    document.title = shown.text(view.label);
  }, [shown, view]);
  const { hasNextPage, isFetching, fetchNextPage } = records;
  const more = useCallback(() => {
    if (hasNextPage && !isFetching) void fetchNextPage();
  }, [hasNextPage, isFetching, fetchNextPage]);
  const link = useCallback(
    (record: RecordData, children: ReactNode) => (
      <Link to={recordPath(shown.app.key, view.entity, record.id)} tabIndex={narrow ? undefined : -1}>
        {children}
      </Link>
    ),
    [shown, view.entity, narrow],
  );
  useListKeys(grid, page, narrow);
  const isNarrowed = Boolean(search || expression);
  const create = entity.acts.includes("create") && (
    <Button
      type="primary"
      icon={<Plus size={16} aria-hidden />}
      onClick={() => void navigate(newPath(shown.app.key, view.entity))}
    >
      {t("list.new", { entity: shown.text(entity.label) })}
    </Button>
  );
  return (
    <section className="list-page" ref={page}>
      <header className="page-head">
        <ViewHead
          view={view}
          saved={saved}
          asked={askedView(view, state, fieldOf)}
          isChanged={!isSame(state, base)}
          onReset={reset}
          count={count}
        />
        <span className="grow" />
        {entity.search && (
          <Input
            allowClear
            prefix={<Search size={14} aria-hidden />}
            placeholder={t("list.search")}
            aria-label={t("list.search")}
            value={typed}
            onChange={(event) => {
              setTyped(event.target.value);
              change({ search: event.target.value.trim() });
            }}
            className="list-search"
          />
        )}
        <AddFilter entity={entity} state={state} onChange={change} />
        {!narrow && <ColumnMenu entity={entity} columns={keys} onChange={(columns) => change({ columns })} />}
        {entity.acts.includes("import") && (
          <Button
            icon={<Upload size={15} aria-hidden />}
            aria-label={t("import.open")}
            title={t("import.open")}
            onClick={() => void navigate(importPath(shown.app.key, view.entity))}
          />
        )}
        {!narrow && entity.acts.includes("export") && (
          <ExportButton
            entity={view.entity}
            asked={{
              filter: asked.filter,
              sort: asked.sort,
              search,
              fields: keys.map(wireName).join(","),
            }}
          />
        )}
        {create}
      </header>
      <FilterBar entity={entity} state={state} expression={expression} onChange={change} />
      <BulkBar entity={entity} rows={rows} chosen={chosen} onChoose={setChosen} />
      {records.isPending && <LoadingState rows={10} />}
      {records.isError && <ErrorState error={records.error} onRetry={() => void records.refetch()} />}
      {records.isSuccess && rows.length === 0 && (
        <EmptyState
          title={isNarrowed ? t("list.noneFound") : t("list.none")}
          hint={isNarrowed ? t("list.noneFoundHint") : undefined}
        >
          {!isNarrowed && create}
        </EmptyState>
      )}
      {records.isSuccess &&
        rows.length > 0 &&
        (narrow ? (
          <Cards entity={view.entity} columns={columns} rows={rows} linkOf={link} onEnd={more} />
        ) : (
          <Grid
            ref={grid}
            entity={view.entity}
            label={shown.text(view.label)}
            columns={columns}
            rows={rows}
            sort={state.sort}
            onSort={(sort) => change({ sort })}
            onOpen={(record) => void navigate(recordPath(shown.app.key, view.entity, record.id))}
            linkOf={link}
            chosen={entity.acts.includes("update") ? chosen : undefined}
            onChoose={setChosen}
            canEdit={(field) => canEditCell(entity, field)}
            editorOf={(record, field, leave) => (
              <CellEditor
                key={`${record.id} ${field.key}`}
                entity={entity}
                field={field}
                record={record}
                onSaved={fresh}
                onLeave={leave}
              />
            )}
            onEnd={more}
            busy={isFetching}
          />
        ))}
    </section>
  );
}

/** The keys of a list beside those of its grid. */
function useListKeys(
  grid: { current: GridHandle | null },
  page: { current: HTMLElement | null },
  narrow: boolean,
) {
  const { t } = useTranslation();
  const search = () => page.current?.querySelector<HTMLInputElement>(".list-search input")?.focus();
  const rows: Shortcut[] = [
    { keys: ["j", "↓"], label: t("keys.down"), run: () => grid.current?.step(1) },
    { keys: ["k", "↑"], label: t("keys.up"), run: () => grid.current?.step(-1) },
    { keys: ["Enter"], label: t("keys.enter") },
    { keys: ["e", "F2"], label: t("keys.edit"), run: () => grid.current?.edit() },
    { keys: ["Tab"], label: t("keys.next") },
    { keys: ["Esc"], label: t("keys.escape") },
    { keys: [t("keys.space")], label: t("keys.choose") },
  ];
  const finding = { keys: ["/"], label: t("list.search"), run: search };
  useShortcuts(t("keys.list"), narrow ? [finding] : [...rows, finding]);
}
