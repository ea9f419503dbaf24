import { Button, Empty, Result, Skeleton } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

/** Nothing is there, and what one can do about it. */
export function EmptyState(props: { title: string; hint?: string; children?: ReactNode }) {
  return (
    <Empty
      image={Empty.PRESENTED_IMAGE_SIMPLE}
      description={
        <>
          <div className="empty-title">{props.title}</div>
          {props.hint && <div className="empty-hint">{props.hint}</div>}
        </>
      }
    >
      {props.children}
    </Empty>
  );
}

/** Something went wrong; what the server said, and a way to try again. */
export function ErrorState(props: { error: unknown; onRetry?: () => void }) {
  const { t } = useTranslation();
  const error = props.error as { code?: string; status?: number; message?: string };
  const text =
    error.code === "offline" ? t("offline") : error.status === 404 ? t("notFound") : (error.message ?? "");
  return (
    <Result
      status={error.status === 404 ? "404" : "warning"}
      title={text || t("failed", { detail: String(props.error) })}
      extra={props.onRetry && <Button onClick={props.onRetry}>{t("retry")}</Button>}
    />
  );
}

export function LoadingState(props: { rows?: number }) {
  const { t } = useTranslation();
  return (
    <div role="status" aria-label={t("loading")} className="loading">
      <Skeleton active title={false} paragraph={{ rows: props.rows ?? 6 }} />
    </div>
  );
}
