import { Button, Input } from "antd";
import { Plus, Search } from "lucide-react";
import { type ReactNode, useCallback, useDeferredValue, useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useParams } from "react-router";
import { type RecordData, useCount, useRecords } from "@/client/records";
import type { FieldMeta, ViewMeta } from "@/metadata/app";
import { expandName, targetOf, wireName } from "@/metadata/system";
import { useAppView } from "@/renderer/context";
import { Cards } from "@/renderer/list/Cards";
import { Grid, type Sorting } from "@/renderer/list/Grid";
import { useNarrow } from "@/ui/narrow";
import { EmptyState, ErrorState, LoadingState } from "@/ui/States";
import { NotFound } from "../NotFound";
import { recordPath } from "../shell/navigation";

export function ListPage() {
  const { view: key } = useParams();
  const { app } = useAppView();
  const view = app.views.find((each) => each.key === key);
  return view ? <List key={view.key} view={view} /> : <NotFound />;
}

/** The sort text of the wire: `-maturity,name`. */
function sortText(view: ViewMeta, sort: Sorting | null): string {
  if (sort) return `${sort.descending ? "-" : ""}${wireName(sort.field)}`;
  return view.sort.map((each) => `${each.descending ? "-" : ""}${wireName(each.field)}`).join(",");
}

function List(props: { view: ViewMeta }) {
  const { view } = props;
  const { t } = useTranslation();
  const shown = useAppView();
  const narrow = useNarrow();
  const navigate = useNavigate();
  const entity = shown.entity(view.entity);
  const [typed, setTyped] = useState("");
  const [sort, setSort] = useState<Sorting | null>(null);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const search = useDeferredValue(typed.trim());
  const columns = useMemo(
    () =>
      view.columns.map((key) => shown.field(view.entity, key)).filter((field): field is FieldMeta => !!field),
    [view, shown],
  );
  const asked = {
    filter: view.filter ?? "",
    sort: sortText(view, sort),
    search,
    fields: ["id", ...columns.map((field) => wireName(field.key))].join(","),
    expand: columns
      .filter(targetOf)
      .map((field) => expandName(field.key))
      .join(","),
    limit: 100,
  };
  const records = useRecords(shown.app.key, view.entity, asked);
  const count = useCount(shown.app.key, view.entity, { filter: asked.filter, search }).data;
  const rows = useMemo(() => records.data?.pages.flatMap((page) => page.items) ?? [], [records.data]);
  useEffect(() => {
    document.title = shown.text(view.label);
  }, [shown, view]);
  const { hasNextPage, isFetching, fetchNextPage } = records;
  const more = useCallback(() => {
    if (hasNextPage && !isFetching) void fetchNextPage();
  }, [hasNextPage, isFetching, fetchNextPage]);
  const link = (record: RecordData, children: ReactNode) => (
    <Link to={recordPath(shown.app.key, view.entity, record.id)}>{children}</Link>
  );
  if (!entity) return <NotFound />;
  return (
    <section className="list-page">
      <header className="page-head">
        <h1>
          {shown.text(view.label)}
          {count && (
            <small className="count">
              {count.exact ? count.value.toLocaleString() : t("list.more", { count: count.value })}
            </small>
          )}
        </h1>
        <span className="grow" />
        {entity.search && (
          <Input
            allowClear
            prefix={<Search size={14} aria-hidden />}
            placeholder={t("list.search")}
            aria-label={t("list.search")}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            className="list-search"
          />
        )}
        {entity.acts.includes("create") && (
          <Button
            type="primary"
            icon={<Plus size={16} />}
            onClick={() => void navigate(`/apps/${shown.app.key}/${view.entity}/new`)}
          >
            {t("list.new", { entity: shown.text(entity.label) })}
          </Button>
        )}
      </header>
      {records.isPending && <LoadingState rows={10} />}
      {records.isError && <ErrorState error={records.error} onRetry={() => void records.refetch()} />}
      {records.isSuccess && rows.length === 0 && (
        <EmptyState
          title={search ? t("list.noneFound") : t("list.none")}
          hint={search ? t("list.noneFoundHint") : t("list.noneHint")}
        />
      )}
      {rows.length > 0 &&
        (narrow ? (
          <Cards entity={view.entity} columns={columns} rows={rows} linkOf={link} onEnd={more} />
        ) : (
          <Grid
            entity={view.entity}
            label={shown.text(view.label)}
            columns={columns}
            rows={rows}
            sort={sort}
            onSort={setSort}
            onOpen={(record) => void navigate(recordPath(shown.app.key, view.entity, record.id))}
            linkOf={link}
            chosen={chosen}
            onChoose={setChosen}
            onEnd={more}
            busy={isFetching}
          />
        ))}
    </section>
  );
}
