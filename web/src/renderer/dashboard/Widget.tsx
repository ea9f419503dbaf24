import { useTranslation } from "react-i18next";
import { type MetricAnswer, useMetric } from "@/client/metrics";
import type { WidgetMeta } from "@/metadata/app";
import { problemText } from "@/ui/problemText";
import { LoadingState } from "@/ui/States";
import { useAppView } from "../context";
import { Bars, type ChartProps, Columns, Heat, Plain } from "./charts";
import { byValue, inOrder, sayFigure } from "./figures";

interface WidgetProps {
  widget: WidgetMeta;
  linkOf: (answer: MetricAnswer) => ChartProps["linkOf"];
}

/** A metric as the author wants it drawn; every figure leads to its records. */
export function Widget(props: WidgetProps) {
  const { t } = useTranslation();
  const view = useAppView();
  const { widget } = props;
  const found = useMetric(view.app.key, widget.metric, widget.dimensions);
  const id = `widget-${widget.id}`;
  const metric = view.app.metrics.find((each) => each.key === widget.metric);
  return (
    <section className="section widget" data-width={widget.width ?? 6} aria-labelledby={id}>
      <h2 id={id} title={view.text(metric?.description)}>
        {view.text(widget.label)}
      </h2>
      {found.isPending && <LoadingState rows={3} />}
      {found.isError && <p className="form-error">{problemText(found.error, t)}</p>}
      {found.isSuccess && found.data.rows.length === 0 && <p className="nothing">{t("dashboard.none")}</p>}
      {found.isSuccess && found.data.rows.length > 0 && (
        <Chart chart={widget.chart} answer={found.data} linkOf={props.linkOf(found.data)} />
      )}
    </section>
  );
}

function Chart(props: { chart: string; answer: MetricAnswer; linkOf: ChartProps["linkOf"] }) {
  const view = useAppView();
  const { answer, linkOf } = props;
  const isTime = answer.dimensions[0]?.type === "date" && answer.dimensions.length === 1;
  if (answer.dimensions.length === 0) return <Figure answer={answer} linkOf={linkOf} />;
  if (isTime) return <Columns answer={answer} rows={answer.rows} linkOf={linkOf} />;
  switch (props.chart) {
    case "funnel":
      return <Bars answer={answer} rows={inOrder(view, answer)} linkOf={linkOf} />;
    case "bar":
    case "pie":
    case "words":
    case "line":
      return answer.dimensions.length === 1 ? (
        <Bars answer={answer} rows={byValue(answer.rows)} linkOf={linkOf} />
      ) : (
        <Heat answer={answer} rows={answer.rows} linkOf={linkOf} />
      );
    case "heat":
      return <Heat answer={answer} rows={answer.rows} linkOf={linkOf} />;
    default:
      return <Plain answer={answer} rows={byValue(answer.rows)} linkOf={linkOf} />;
  }
}

function Figure(props: { answer: MetricAnswer; linkOf: ChartProps["linkOf"] }) {
  const { t } = useTranslation();
  const view = useAppView();
  const { answer } = props;
  const [row] = answer.rows;
  if (!row) return null;
  const figure = sayFigure(view, answer, row.value);
  return (
    <div className="figure">
      {props.linkOf(row, figure, <strong>{figure}</strong>)}
      {answer.metric.target !== null && (
        <span className="muted">
          {t("dashboard.target", { value: sayFigure(view, answer, answer.metric.target) })}
        </span>
      )}
    </div>
  );
}
