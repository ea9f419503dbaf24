import { useTranslation } from "react-i18next";
import { useRouteError } from "react-router";
import { ErrorState } from "@/ui/States";

/** A page that could not be drawn, or whose script is gone since the app was built anew: loading again mends both. */
export function Crashed() {
  const { t } = useTranslation();
  const error = useRouteError();
  const isGone = error instanceof TypeError && /import|module|preload/i.test(error.message);
  return (
    <main className="crashed">
      <ErrorState
        error={isGone ? { message: t("renewed") } : error}
        onRetry={() => window.location.reload()}
      />
    </main>
  );
}
