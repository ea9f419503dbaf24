import { Alert, Input, Modal, Radio } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { isProblem } from "@/client/problem";
import type { Shared } from "@/client/savedViews";
import { useMe } from "@/client/session";
import { useAppView } from "@/renderer/context";
import { problemText } from "@/ui/problemText";

export interface NamedView {
  name: string;
  shared: Shared;
}

interface ViewDialogProps extends NamedView {
  title: string;
  /** Writes it; what it throws is shown. */
  onSave: (view: NamedView) => Promise<void>;
  onClose: () => void;
}

/** What a view is called, and who else sees it. */
export function ViewDialog(props: ViewDialogProps) {
  const { t } = useTranslation();
  const view = useAppView();
  const me = useMe().data;
  const [name, setName] = useState(props.name);
  const [shared, setShared] = useState(props.shared);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const mayShowEveryone = me?.admin || view.app.rights.includes("build") || props.shared === "everyone";
  const offered: Shared[] = ["none", "team", ...(mayShowEveryone ? (["everyone"] as const) : [])];

  async function save() {
    setBusy(true);
    setFailure(null);
    try {
      await props.onSave({ name: name.trim(), shared });
    } catch (error) {
      setFailure(error);
      setBusy(false);
    }
  }

  const reasons = isProblem(failure) ? failure.errors.map((each) => each.message) : [];
  return (
    <Modal
      open
      className="sheet"
      width={440}
      title={props.title}
      okText={t("save")}
      cancelText={t("cancel")}
      confirmLoading={busy}
      okButtonProps={{ disabled: !name.trim() }}
      onOk={() => void save()}
      onCancel={props.onClose}
    >
      <div className="view-form">
        <Input
          autoFocus
          value={name}
          maxLength={100}
          aria-label={t("views.name")}
          placeholder={t("views.name")}
          onChange={(event) => setName(event.target.value)}
          onPressEnter={(event) => !event.nativeEvent.isComposing && name.trim() && void save()}
        />
        <Radio.Group
          className="view-sharing"
          aria-label={t("views.sharing")}
          value={shared}
          onChange={(event) => setShared(event.target.value as Shared)}
          options={offered.map((each) => ({ value: each, label: t(`views.shared.${each}`) }))}
        />
        <p className="muted">{t("views.sharedHint")}</p>
        {failure !== null && (
          <Alert
            type="error"
            showIcon
            title={problemText(failure, t)}
            description={reasons.length > 0 ? reasons.join("；") : undefined}
          />
        )}
      </div>
    </Modal>
  );
}
