import { Button, Dropdown } from "antd";
import { Download } from "lucide-react";
import { useTranslation } from "react-i18next";
import { urlOf } from "@/client/http";
import { type ListAsked, recordsPath } from "@/client/records";
import { useAppView } from "@/renderer/context";
import { languageName } from "@/ui/language";

/** The list as a file for people; where the app has several languages, its headers and translated texts in one of them. */
export function ExportButton(props: { entity: string; asked: ListAsked }) {
  const { t } = useTranslation();
  const view = useAppView();
  const { filter, sort, search, fields } = props.asked;
  const url = (locale: string) =>
    urlOf(`${recordsPath(view.app.key, props.entity)}/export`, {
      format: "xlsx",
      labels: true,
      locale,
      filter,
      sort,
      search,
      fields,
    });
  const locales = view.app.settings.locales ?? [];
  const button = { icon: <Download size={15} aria-hidden />, title: t("list.export") };
  if (locales.length < 2)
    return <Button {...button} aria-label={t("list.export")} href={url(view.language)} />;
  return (
    <Dropdown
      trigger={["click"]}
      menu={{
        items: locales.map((locale) => ({
          key: locale,
          label: <a href={url(locale)}>{t("list.exportIn", { language: languageName(locale) })}</a>,
        })),
      }}
    >
      <Button {...button} aria-label={t("list.export")} />
    </Dropdown>
  );
}
