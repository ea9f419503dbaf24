import { App as AntApp, Button, Dropdown, type MenuProps } from "antd";
import { Ellipsis, Pencil, Phone, Shuffle } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { deleteRecord, type RecordData } from "@/client/records";
import type { EntityMeta, PipelineMeta } from "@/metadata/app";
import { useAppView } from "@/renderer/context";
import { nameOf } from "@/renderer/fields/names";
import { waysOf } from "@/renderer/record/ways";
import { useNarrow } from "@/ui/narrow";
import { problemText } from "@/ui/problemText";
import { editPath } from "../shell/navigation";
import { ConvertDialog } from "./ConvertDialog";
import { useRefresh } from "./saving";

interface RecordHeadProps {
  entity: EntityMeta;
  record: RecordData;
  pipeline: PipelineMeta | undefined;
  onMove: (stage: string) => void;
}

/** Whose record it is and what can be done with it; on a phone the acts stand at the thumb. */
export function RecordHead(props: RecordHeadProps) {
  const { entity, record } = props;
  const view = useAppView();
  const narrow = useNarrow();
  const owner = record.expand?.owner as RecordData | null | undefined;
  const parts = [view.text(entity.label), record.code, owner?.name].filter(Boolean).map(String);
  return (
    <header className="page-head record-head">
      <div className="record-title">
        <small className="over">{parts.join(" · ")}</small>
        <h1>{nameOf(view, entity.key, record)}</h1>
      </div>
      {!narrow && <span className="grow" />}
      <Acts {...props} />
    </header>
  );
}

function Acts(props: RecordHeadProps) {
  const { entity, record, pipeline } = props;
  const { t } = useTranslation();
  const view = useAppView();
  const navigate = useNavigate();
  const [converting, setConverting] = useState(false);
  const phone = entity.fields.find((field) => field.type === "phone" && record[field.key]);
  const conversion = entity.conversion;
  const isConverted = conversion && pipeline && record[pipeline.field] === conversion.stage;
  const menu = useMenu(props);
  const narrow = useNarrow();
  return (
    <div className="record-acts">
      {phone && (
        <a className="dial" href={`tel:${String(record[phone.key])}`}>
          <Phone size={16} aria-hidden /> {t("record.dial")}
        </a>
      )}
      {conversion && !isConverted && (
        <Button icon={<Shuffle size={15} aria-hidden />} onClick={() => setConverting(true)}>
          {view.text(conversion.label)}
        </Button>
      )}
      {entity.acts.includes("update") && (
        <Button
          icon={<Pencil size={15} aria-hidden />}
          aria-label={t("edit")}
          onClick={() => void navigate(editPath(view.app.key, entity.key, record.id))}
        >
          {narrow && conversion && !isConverted ? null : t("edit")}
        </Button>
      )}
      {menu.length > 0 && (
        <Dropdown menu={{ items: menu }} trigger={["click"]} placement="bottomRight">
          <Button icon={<Ellipsis size={16} aria-hidden />} aria-label={t("record.moreActs")} />
        </Dropdown>
      )}
      {converting && conversion && (
        <ConvertDialog
          entity={entity}
          record={record}
          conversion={conversion}
          onClose={() => setConverting(false)}
        />
      )}
    </div>
  );
}

/** "Move to…" for those who do not click the path, and the bin. */
function useMenu(props: RecordHeadProps): NonNullable<MenuProps["items"]> {
  const { entity, record, pipeline } = props;
  const { t } = useTranslation();
  const view = useAppView();
  const navigate = useNavigate();
  const { message, modal } = AntApp.useApp();
  const refresh = useRefresh(view.app.key, entity.key);
  const items: NonNullable<MenuProps["items"]> = [];
  const here = pipeline ? (record[pipeline.field] as string | null) : null;
  const open = pipeline ? waysOf(pipeline, here).filter((way) => way.isOpen) : [];
  if (open.length > 0 && entity.acts.includes("transition")) {
    items.push({
      key: "move",
      type: "group",
      label: t("record.moveMenu"),
      children: open.map((way) => ({
        key: way.stage.key,
        label: view.text(way.stage.label),
        onClick: () => props.onMove(way.stage.key),
      })),
    });
  }
  if (entity.acts.includes("delete")) {
    if (items.length > 0) items.push({ key: "line", type: "divider" });
    items.push({ key: "delete", danger: true, label: t("record.delete"), onClick: () => confirmDelete() });
  }
  function confirmDelete() {
    modal.confirm({
      title: t("record.deleteAsk", { name: nameOf(view, entity.key, record) }),
      content: t("record.deleteHint"),
      okText: t("record.delete"),
      okButtonProps: { danger: true },
      cancelText: t("cancel"),
      onOk: async () => {
        try {
          await deleteRecord(view.app.key, entity.key, record.id, record.version);
          void refresh(record.id);
          void navigate(-1);
        } catch (error) {
          void message.error(problemText(error, t));
        }
      },
    });
  }
  return items;
}
