import { Button } from "antd";
import { GitMerge } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { RecordData } from "@/client/records";
import { useAppView } from "@/renderer/context";
import { Cell } from "@/renderer/fields/Cell";
import type { Conflict } from "./saving";

interface ConflictCardProps {
  entity: string;
  record: RecordData;
  conflict: Conflict;
  busy: boolean;
  onMine: () => void;
  onTheirs: () => void;
}

/** Two people changed the same field: both values side by side, and whoever comes second decides. */
export function ConflictCard(props: ConflictCardProps) {
  const { t } = useTranslation();
  const view = useAppView();
  const { conflict } = props;
  const shown = (values: Record<string, unknown>): RecordData => ({ ...props.record, ...values });
  return (
    <section className="conflict" role="alert">
      <h3>
        <GitMerge size={16} aria-hidden /> {t("conflict.title")}
      </h3>
      <table>
        <thead>
          <tr>
            <th scope="col">{t("conflict.field")}</th>
            <th scope="col">{t("conflict.theirs")}</th>
            <th scope="col">{t("conflict.mine")}</th>
          </tr>
        </thead>
        <tbody>
          {Object.keys(conflict.theirs).map((key) => {
            const field = view.field(props.entity, key);
            return (
              field && (
                <tr key={key}>
                  <th scope="row">{view.text(field.label)}</th>
                  <td>
                    <Cell entity={props.entity} field={field} record={shown(conflict.theirs)} plain />
                  </td>
                  <td>
                    <Cell entity={props.entity} field={field} record={shown(conflict.mine)} plain />
                  </td>
                </tr>
              )
            );
          })}
        </tbody>
      </table>
      <div className="buttons">
        <Button type="primary" loading={props.busy} onClick={props.onMine}>
          {t("conflict.keepMine")}
        </Button>
        <Button onClick={props.onTheirs}>{t("conflict.takeTheirs")}</Button>
      </div>
    </section>
  );
}
