import { useQueryClient } from "@tanstack/react-query";
import { Alert, Checkbox, Modal } from "antd";
import { CircleCheck } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { type Converted, convertRecord } from "@/client/conversion";
import { isProblem, type Unmet } from "@/client/problem";
import type { RecordData } from "@/client/records";
import type { ConversionMeta, EntityMeta } from "@/metadata/app";
import { useAppView } from "@/renderer/context";
import { nameOf } from "@/renderer/fields/names";
import { problemText } from "@/ui/problemText";
import { recordPath } from "../shell/navigation";

interface ConvertDialogProps {
  entity: EntityMeta;
  record: RecordData;
  conversion: ConversionMeta;
  onClose: () => void;
}

/** What a record becomes, in one transaction; afterwards where it went. */
export function ConvertDialog(props: ConvertDialogProps) {
  const { entity, record, conversion } = props;
  const { t } = useTranslation();
  const view = useAppView();
  const queries = useQueryClient();
  const [wishes, setWishes] = useState<Record<string, boolean>>({});
  const [made, setMade] = useState<Converted | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);

  async function convert() {
    setBusy(true);
    setFailure(null);
    try {
      setMade(await convertRecord(view.app.key, entity.key, record.id, wishes));
      await queries.invalidateQueries({ queryKey: ["record", view.app.key] });
      void queries.invalidateQueries({ queryKey: ["records", view.app.key] });
    } catch (error) {
      setFailure(error);
    } finally {
      setBusy(false);
    }
  }

  return (
    <Modal
      open
      className="sheet"
      width={460}
      title={
        <>
          {view.text(conversion.label)}
          <small className="dialog-what">{nameOf(view, entity.key, record)}</small>
        </>
      }
      okText={made ? t("close") : t("convert.do")}
      cancelText={t("cancel")}
      cancelButtonProps={made ? { style: { display: "none" } } : {}}
      confirmLoading={busy}
      onOk={() => (made ? props.onClose() : void convert())}
      onCancel={props.onClose}
    >
      {!made && <p className="muted">{t("convert.lead")}</p>}
      <ul className="targets">
        {conversion.targets.map((target) => {
          const result = made?.[target.key];
          return (
            <li key={target.key}>
              {made ? (
                result && (
                  <Link to={recordPath(view.app.key, target.entity, result.id)} onClick={props.onClose}>
                    <CircleCheck size={16} aria-hidden /> {view.text(target.label)}
                    <small className="muted">{result.created ? t("convert.made") : t("convert.found")}</small>
                  </Link>
                )
              ) : (
                <Checkbox
                  checked={wishes[target.key] ?? true}
                  disabled={!target.optional}
                  onChange={(event) => setWishes({ ...wishes, [target.key]: event.target.checked })}
                >
                  {view.text(target.label)}
                </Checkbox>
              )}
            </li>
          );
        })}
      </ul>
      {failure !== null && <Refusal failure={failure} />}
    </Modal>
  );
}

function Refusal(props: { failure: unknown }) {
  const { t } = useTranslation();
  const { failure } = props;
  const unmet: Unmet[] = isProblem(failure) ? failure.unmet : [];
  const errors = isProblem(failure) ? failure.errors : [];
  const said = [...unmet, ...errors].map((each) => each.message);
  return (
    <Alert
      type="error"
      showIcon
      title={problemText(failure, t)}
      description={said.length > 0 ? said.map((each) => <div key={each}>{each}</div>) : undefined}
    />
  );
}
