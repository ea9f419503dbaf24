import { useTranslation } from "react-i18next";
import { EmptyState } from "@/ui/States";

export function NotFound() {
  const { t } = useTranslation();
  return <EmptyState title={t("notFound")} />;
}
