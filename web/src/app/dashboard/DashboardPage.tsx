import { type ReactNode, useEffect } from "react";
import { Link, useParams } from "react-router";
import type { MetricAnswer, MetricRow } from "@/client/metrics";
import { useAppView } from "@/renderer/context";
import { Widget } from "@/renderer/dashboard/Widget";
import { NotFound } from "../NotFound";
import { entityPath } from "../shell/navigation";
import "./dashboard.css";
import "../record/record.css";

/** Figures of the app; each leads to the records that it counts. */
export function DashboardPage() {
  const { board: key } = useParams();
  const view = useAppView();
  const board = view.app.dashboards.find((each) => each.key === key);
  const title = view.text(board?.label);
  useEffect(() => {
    document.title = title;
  }, [title]);
  if (!board) return <NotFound />;
  const linkOf = (answer: MetricAnswer) => (row: MetricRow, label: string, children: ReactNode) => {
    if (row.filter === null || !view.entity(answer.metric.entity)) return <span>{children}</span>;
    const to = `${entityPath(view.app.key, answer.metric.entity)}?${new URLSearchParams({ filter: row.filter })}`;
    return (
      <Link to={to} aria-label={label}>
        {children}
      </Link>
    );
  };
  return (
    <section className="dashboard">
      <header className="page-head">
        <h1>{title}</h1>
      </header>
      <div className="widgets">
        {board.widgets.map((widget) => (
          <Widget key={widget.id} widget={widget} linkOf={linkOf} />
        ))}
      </div>
    </section>
  );
}
