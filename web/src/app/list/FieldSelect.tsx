import { Select } from "antd";
import { useTranslation } from "react-i18next";
import type { FieldMeta } from "@/metadata/app";
import { useAppView } from "@/renderer/context";

/** One of the fields, by its label, found while typing. */
export function FieldSelect(props: {
  fields: readonly FieldMeta[];
  value: string | undefined;
  onChange: (key: string) => void;
}) {
  const { t } = useTranslation();
  const view = useAppView();
  return (
    <Select
      className="wide"
      aria-label={t("filter.field")}
      placeholder={t("filter.field")}
      showSearch={{ optionFilterProp: "label" }}
      value={props.value}
      options={props.fields.map((each) => ({ value: each.key, label: view.text(each.label) }))}
      onChange={props.onChange}
    />
  );
}
