import { Button, Checkbox, Popover } from "antd";
import { Columns3 } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { EntityMeta, FieldMeta } from "@/metadata/app";
import { SYSTEM_FIELDS } from "@/metadata/system";
import { useAppView } from "@/renderer/context";

const ALWAYS_OFFERED = ["owner", "created_at", "updated_at"];

interface ColumnMenuProps {
  entity: EntityMeta;
  columns: string[];
  onChange: (columns: string[] | null) => void;
}

export function ColumnMenu(props: ColumnMenuProps) {
  const { t } = useTranslation();
  const view = useAppView();
  const shown = new Set(props.columns);
  const system = ALWAYS_OFFERED.map((key) => SYSTEM_FIELDS.get(key)).filter((each) => each !== undefined);
  const fields: FieldMeta[] = [...props.entity.fields, ...system];
  function toggle(key: string, on: boolean) {
    props.onChange(on ? [...props.columns, key] : props.columns.filter((each) => each !== key));
  }
  return (
    <Popover
      trigger="click"
      placement="bottomRight"
      content={
        <div className="column-menu">
          <div className="column-list">
            {fields.map((field) => (
              <Checkbox
                key={field.key}
                checked={shown.has(field.key)}
                disabled={shown.has(field.key) && shown.size === 1}
                onChange={(event) => toggle(field.key, event.target.checked)}
              >
                {view.text(field.label)}
              </Checkbox>
            ))}
          </div>
          <Button size="small" type="text" onClick={() => props.onChange(null)}>
            {t("list.columnsReset")}
          </Button>
        </div>
      }
    >
      <Button
        icon={<Columns3 size={15} aria-hidden />}
        aria-label={t("list.columns")}
        title={t("list.columns")}
      />
    </Popover>
  );
}
