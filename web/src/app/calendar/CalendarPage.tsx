import { Button } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { ChevronLeft, ChevronRight } from "lucide-react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { type RecordData, useRecords } from "@/client/records";
import type { EntityMeta, FieldMeta, ViewMeta } from "@/metadata/app";
import { expandName, targetOf, valueType, wireName } from "@/metadata/system";
import { between, dayOf, daysOf, monthOf } from "@/renderer/calendar/month";
import { useAppView } from "@/renderer/context";
import { Cell, mannerOf } from "@/renderer/fields/Cell";
import { toneOf } from "@/renderer/fields/tone";
import { joinFilters } from "@/renderer/list/filters";
import { useNarrow } from "@/ui/narrow";
import { EmptyState, ErrorState, LoadingState } from "@/ui/States";
import { NotFound } from "../NotFound";
import { entityPath, recordPath } from "../shell/navigation";
import "./calendar.css";

export function CalendarPage(props: { view: ViewMeta }) {
  const shown = useAppView();
  const entity = shown.entity(props.view.entity);
  const field = shown.field(props.view.entity, props.view.group ?? "");
  return entity && field ? <Calendar view={props.view} entity={entity} field={field} /> : <NotFound />;
}

interface CalendarProps {
  view: ViewMeta;
  entity: EntityMeta;
  field: FieldMeta;
}

/** As many as one page of the server holds; a month with more says so on its days. */
const MOST = 500;

/** Records by their day: a sheet of the month at a desk, the days with something in them on a phone. */
function Calendar(props: CalendarProps) {
  const { view, entity, field } = props;
  const { t } = useTranslation();
  const shown = useAppView();
  const narrow = useNarrow();
  const [words, setWords] = useSearchParams();
  const month = monthOf(words.get("month"), dayjs());
  const days = daysOf(month);
  const isMoment = valueType(field) === "instant";
  const [first, last] = [days[0] ?? month, days.at(-1) ?? month];
  const columns = view.columns
    .map((key) => shown.field(entity.key, key))
    .filter((each): each is FieldMeta => each !== undefined);
  const found = useRecords(shown.app.key, entity.key, {
    filter: joinFilters([view.filter, between(field.key, isMoment, first, last)]),
    sort: field.key,
    fields: ["id", field.key, ...columns.map((each) => wireName(each.key))].join(","),
    expand: columns
      .filter(targetOf)
      .map((each) => expandName(each.key))
      .join(","),
    limit: MOST,
  });
  useEffect(() => {
    document.title = shown.text(view.label);
  }, [shown, view]);
  const zone = mannerOf(shown).zone;
  const byDay = Map.groupBy(found.data?.pages.flatMap((page) => page.items) ?? [], (record) =>
    dayOf(record[field.key], isMoment, zone),
  );
  const turn = (to: Dayjs) => setWords({ month: to.format("YYYY-MM") }, { replace: true });
  const shared = { ...props, columns, month };
  return (
    <section className="calendar-page">
      <header className="page-head">
        <h1>{shown.text(view.label)}</h1>
        <span className="grow" />
        <Button
          icon={<ChevronLeft size={16} aria-hidden />}
          aria-label={t("calendar.before")}
          onClick={() => turn(month.subtract(1, "month"))}
        />
        <strong className="calendar-month" aria-live="polite">
          {month.format("YYYY-MM")}
        </strong>
        <Button
          icon={<ChevronRight size={16} aria-hidden />}
          aria-label={t("calendar.after")}
          onClick={() => turn(month.add(1, "month"))}
        />
        <Button onClick={() => turn(dayjs())}>{t("calendar.today")}</Button>
      </header>
      {found.isPending && <LoadingState rows={10} />}
      {found.isError && <ErrorState error={found.error} onRetry={() => void found.refetch()} />}
      {found.isSuccess &&
        (narrow ? (
          <Agenda {...shared} days={days} byDay={byDay} />
        ) : (
          <Sheet {...shared} days={days} byDay={byDay} />
        ))}
    </section>
  );
}

interface ShownProps extends CalendarProps {
  columns: FieldMeta[];
  month: Dayjs;
  days: Dayjs[];
  byDay: Map<string, RecordData[]>;
}

const IN_A_DAY = 4;

function Sheet(props: ShownProps) {
  const { t } = useTranslation();
  const view = useAppView();
  const weekdays = new Intl.DateTimeFormat(view.language, { weekday: "short" });
  return (
    <table className="sheet-of-month">
      <thead>
        <tr>
          {props.days.slice(0, 7).map((day) => (
            <th key={day.day()} scope="col">
              {weekdays.format(day.toDate())}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {weeksOf(props.days).map((week) => (
          <tr key={week[0]?.format("YYYY-MM-DD")}>
            {week.map((day) => {
              const key = day.format("YYYY-MM-DD");
              const records = props.byDay.get(key) ?? [];
              return (
                <td
                  key={key}
                  data-other={!day.isSame(props.month, "month") || undefined}
                  data-today={day.isSame(dayjs(), "day") || undefined}
                >
                  <time dateTime={key}>{day.date()}</time>
                  {records.slice(0, IN_A_DAY).map((record) => (
                    <Entry key={record.id} {...props} record={record} />
                  ))}
                  {records.length > IN_A_DAY && (
                    <Link className="calendar-more" to={dayPath(props, view.app.key, day)}>
                      {t("calendar.more", { count: records.length - IN_A_DAY })}
                    </Link>
                  )}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function weeksOf(days: Dayjs[]): Dayjs[][] {
  return Array.from({ length: days.length / 7 }, (_, index) => days.slice(index * 7, index * 7 + 7));
}

/** The records of one day, as a list. */
function dayPath(props: ShownProps, app: string, day: Dayjs): string {
  const filter = joinFilters([
    props.view.filter,
    between(props.field.key, valueType(props.field) === "instant", day, day),
  ]);
  return `${entityPath(app, props.entity.key)}?${new URLSearchParams({ filter })}`;
}

function Agenda(props: ShownProps) {
  const { t } = useTranslation();
  const view = useAppView();
  const heading = new Intl.DateTimeFormat(view.language, { month: "long", day: "numeric", weekday: "short" });
  const days = props.days.filter(
    (day) => day.isSame(props.month, "month") && props.byDay.has(day.format("YYYY-MM-DD")),
  );
  if (days.length === 0) return <EmptyState title={t("calendar.none")} />;
  return (
    <ol className="agenda">
      {days.map((day) => (
        <li key={day.format("YYYY-MM-DD")} data-today={day.isSame(dayjs(), "day") || undefined}>
          <h2>{heading.format(day.toDate())}</h2>
          {props.byDay.get(day.format("YYYY-MM-DD"))?.map((record) => (
            <Entry key={record.id} {...props} record={record} full />
          ))}
        </li>
      ))}
    </ol>
  );
}

function Entry(props: ShownProps & { record: RecordData; full?: boolean }) {
  const view = useAppView();
  const { record, entity, columns } = props;
  const [first, ...others] = columns;
  const stage = columns.find((field) => field.type === "stage");
  const tone = stage ? toneOf(view.app, entity.key, stage, String(record[stage.key])) : "cyan";
  return (
    <Link
      to={recordPath(view.app.key, entity.key, record.id)}
      className="calendar-entry chip"
      data-tone={tone}
      data-full={props.full}
    >
      {first && <Cell entity={entity.key} field={first} record={record} plain />}
      {props.full &&
        others.map((field) => (
          <small key={field.key}>
            <Cell entity={entity.key} field={field} record={record} plain />
          </small>
        ))}
    </Link>
  );
}
