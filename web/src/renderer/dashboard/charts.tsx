import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { MetricAnswer, MetricDimension, MetricRow } from "@/client/metrics";
import { useAppView } from "../context";
import { greatest, groupsInOrder, sayFigure, sayGroup } from "./figures";

export interface ChartProps {
  answer: MetricAnswer;
  rows: MetricRow[];
  /** What leads to the records of a figure. */
  linkOf: (row: MetricRow, label: string, children: ReactNode) => ReactNode;
}

const BARS = 12;

/** A bar for each group, with its figure: read without colours, followed by a click. */
export function Bars(props: ChartProps) {
  const { t } = useTranslation();
  const view = useAppView();
  const { answer } = props;
  const [dimension] = answer.dimensions;
  const most = greatest(props.rows);
  if (!dimension) return null;
  return (
    <>
      <ul className="bars">
        {props.rows.slice(0, BARS).map((row) => {
          const label = sayGroup(view, dimension, row[dimension.key], t("dashboard.other"));
          const figure = sayFigure(view, answer, row.value);
          return (
            <li key={String(row[dimension.key])}>
              {props.linkOf(
                row,
                `${label} ${figure}`,
                <>
                  <span className="bars-label" title={label}>
                    {label}
                  </span>
                  <span className="bars-bar" aria-hidden>
                    <i
                      style={{ width: `${most > 0 ? (Math.max(0, Number(row.value)) / most) * 100 : 0}%` }}
                    />
                  </span>
                  <b>{figure}</b>
                </>,
              )}
            </li>
          );
        })}
      </ul>
      {props.rows.length > BARS && <p className="muted">{t("dashboard.truncated", { count: BARS })}</p>}
    </>
  );
}

const COLUMNS = 24;

/** Columns along the time, the latest at the right. */
export function Columns(props: ChartProps) {
  const { t } = useTranslation();
  const view = useAppView();
  const { answer } = props;
  const [dimension] = answer.dimensions;
  if (!dimension) return null;
  const rows = props.rows.filter((row) => row[dimension.key] !== null).slice(-COLUMNS);
  const most = greatest(rows);
  const label = (row: MetricRow | undefined) =>
    row ? sayGroup(view, dimension, row[dimension.key], t("dashboard.other")) : "";
  return (
    <div className="columns">
      <p className="columns-most muted">{sayFigure(view, answer, String(most))}</p>
      <ul>
        {rows.map((row) => {
          const said = `${label(row)} ${sayFigure(view, answer, row.value)}`;
          return (
            <li key={String(row[dimension.key])}>
              {props.linkOf(
                row,
                said,
                <i
                  title={said}
                  style={{ height: `${most > 0 ? Math.max(2, (Number(row.value) / most) * 100) : 2}%` }}
                />,
              )}
            </li>
          );
        })}
      </ul>
      <p className="columns-ends muted">
        <span>{label(rows[0])}</span>
        <span>{label(rows.at(-1))}</span>
      </p>
    </div>
  );
}

/** Two dimensions as a table; the tint repeats what the figure says. */
export function Heat(props: ChartProps) {
  const { t } = useTranslation();
  const view = useAppView();
  const { answer, rows } = props;
  const [down, across] = answer.dimensions;
  if (!down || !across) return <Plain {...props} />;
  const keysOf = (dimension: MetricDimension) =>
    groupsInOrder(
      view,
      dimension,
      rows.map((row) => row[dimension.key]),
    );
  const cell = new Map(rows.map((row) => [`${row[down.key]}|${row[across.key]}`, row]));
  const say = (dimension: MetricDimension, key: MetricRow[string] | undefined) =>
    sayGroup(view, dimension, key ?? null, t("dashboard.other"));
  const most = greatest(rows);
  return (
    <div className="related">
      <table className="heat">
        <thead>
          <tr>
            <th scope="col">{view.text(down.label)}</th>
            {keysOf(across).map((key) => (
              <th key={String(key)} scope="col" data-numeric>
                {say(across, key)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {keysOf(down).map((key) => (
            <tr key={String(key)}>
              <th scope="row">{say(down, key)}</th>
              {keysOf(across).map((other) => {
                const row = cell.get(`${key}|${other}`);
                const share = row && most > 0 ? Math.max(0, Number(row.value)) / most : 0;
                return (
                  <td
                    key={String(other)}
                    data-numeric
                    style={{ "--share": `${Math.round(share * 45)}%` } as object}
                  >
                    {row
                      ? props.linkOf(
                          row,
                          `${say(down, key)} ${say(across, other)} ${sayFigure(view, answer, row.value)}`,
                          sayFigure(view, answer, row.value),
                        )
                      : "–"}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const LINES = 12;

/** The groups and their figures, as they are. */
export function Plain(props: ChartProps) {
  const { t } = useTranslation();
  const view = useAppView();
  const { answer } = props;
  const groups = (row: MetricRow) =>
    answer.dimensions.map((each) => sayGroup(view, each, row[each.key], t("dashboard.other")));
  return (
    <div className="related">
      <table>
        <thead>
          <tr>
            {answer.dimensions.map((each) => (
              <th key={each.key} scope="col">
                {view.text(each.label)}
              </th>
            ))}
            <th scope="col" data-numeric>
              {view.text(answer.metric.label)}
            </th>
          </tr>
        </thead>
        <tbody>
          {props.rows.slice(0, LINES).map((row) => (
            <tr key={groups(row).join("|")}>
              {groups(row).map((group, index) => (
                <td key={answer.dimensions[index]?.key}>{group}</td>
              ))}
              <td data-numeric>
                {props.linkOf(row, groups(row).join(" "), sayFigure(view, answer, row.value))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {props.rows.length > LINES && <p className="muted">{t("dashboard.truncated", { count: LINES })}</p>}
    </div>
  );
}
