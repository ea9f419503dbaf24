import { Alert, Input, Modal, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Node, type Tree, useSaveNode } from "@/client/people";
import { Field } from "@/ui/Field";
import { problemText } from "@/ui/problemText";
import { changedOf, fieldErrors, insideOf, pathsOf, type Values } from "./people";

interface NodeDialogProps {
  tree: Tree;
  nodes: Node[];
  node?: Node;
  parent?: Node;
  onClose: () => void;
}

/** Name, code and place of a team or region. */
export function NodeDialog(props: NodeDialogProps) {
  const { tree, node } = props;
  const { t } = useTranslation();
  const save = useSaveNode(tree, node?.id);
  const before: Values = node ? { name: node.name, code: node.code, parent_id: node.parent_id } : {};
  const [values, setValues] = useState<Values>(node ? before : { parent_id: props.parent?.id ?? null });
  const changes = changedOf(before, values);
  const errors = fieldErrors(save.error, { field: "code", message: t("people.codeTaken") });
  const inside = node ? insideOf(props.nodes, node.id) : new Set<string>();
  const places = [...pathsOf(props.nodes)].filter(([id]) => !inside.has(id));
  const set = (key: string, value: unknown) => setValues((now) => ({ ...now, [key]: value }));
  return (
    <Modal
      open
      className="sheet"
      width={440}
      title={node ? t("people.editNode", { name: node.name }) : t(`people.node.${tree}.add`)}
      okText={node ? t("save") : t("form.create")}
      cancelText={t("cancel")}
      confirmLoading={save.isPending}
      okButtonProps={{ disabled: !values.name || Object.keys(changes).length === 0 }}
      onOk={() => save.mutate(changes, { onSuccess: props.onClose })}
      onCancel={props.onClose}
    >
      <div className="node-fields">
        <Field id="node-name" label={t("people.nodeName")} required error={errors.name}>
          <Input
            id="node-name"
            maxLength={100}
            autoFocus
            value={(values.name as string) ?? ""}
            onChange={(event) => set("name", event.target.value)}
          />
        </Field>
        <Field
          id="node-parent"
          label={t("people.above")}
          error={errors.parent_id}
          help={node ? t("people.moveHint") : undefined}
        >
          <Select
            id="node-parent"
            className="wide"
            allowClear
            placeholder={t("people.top")}
            showSearch={{ optionFilterProp: "label" }}
            value={(values.parent_id as string | null) ?? undefined}
            options={places.map(([value, label]) => ({ value, label }))}
            onChange={(value?: string) => set("parent_id", value ?? null)}
          />
        </Field>
        <Field id="node-code" label={t("people.code")} error={errors.code} help={t("people.codeHint")}>
          <Input
            id="node-code"
            maxLength={40}
            value={(values.code as string | null) ?? ""}
            onChange={(event) => set("code", event.target.value || null)}
          />
        </Field>
      </div>
      {save.isError && Object.keys(errors).length === 0 && (
        <Alert type="error" showIcon className="gap-above" title={problemText(save.error, t)} />
      )}
    </Modal>
  );
}
