import { Button } from "antd";
import { Pencil, X } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { RecordData } from "@/client/records";
import type { EntityMeta } from "@/metadata/app";
import { BulkDialog } from "./BulkDialog";

interface BulkBarProps {
  entity: EntityMeta;
  rows: RecordData[];
  chosen: ReadonlySet<string>;
  onChoose: (chosen: ReadonlySet<string>) => void;
}

/** What can be done with the chosen rows. */
export function BulkBar(props: BulkBarProps) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  if (props.chosen.size === 0) return null;
  return (
    <div className="bulk-bar" role="toolbar" aria-label={t("bulk.title")}>
      <span aria-live="polite">{t("bulk.chosen", { count: props.chosen.size })}</span>
      <Button size="small" icon={<Pencil size={13} aria-hidden />} onClick={() => setOpen(true)}>
        {t("bulk.edit")}
      </Button>
      <Button
        size="small"
        type="text"
        icon={<X size={13} aria-hidden />}
        onClick={() => props.onChoose(new Set())}
      >
        {t("bulk.none")}
      </Button>
      {open && (
        <BulkDialog
          entity={props.entity}
          records={props.rows.filter((row) => props.chosen.has(row.id))}
          onClose={(left) => {
            setOpen(false);
            if (left) props.onChoose(new Set(left));
          }}
        />
      )}
    </div>
  );
}
