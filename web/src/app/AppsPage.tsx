import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { localise, useApps } from "@/metadata/app";
import { EmptyState, ErrorState, LoadingState } from "@/ui/States";

/** The apps that whoever is signed in may use. */
export function AppsPage() {
  const { t, i18n } = useTranslation();
  const apps = useApps(true);
  if (apps.isPending) return <LoadingState />;
  if (apps.isError) return <ErrorState error={apps.error} onRetry={() => void apps.refetch()} />;
  if (apps.data.length === 0) return <EmptyState title={t("apps.empty")} hint={t("apps.emptyHint")} />;
  return (
    <section className="page">
      <h1>{t("apps.title")}</h1>
      <ul className="app-cards">
        {apps.data.map((app) => (
          <li key={app.key}>
            <Link to={`/apps/${app.key}`} className="app-card">
              <strong>{localise(app.label, i18n.language)}</strong>
              <small>{t("apps.version", { version: app.version })}</small>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
