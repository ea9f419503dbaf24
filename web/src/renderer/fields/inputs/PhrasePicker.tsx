import { Input, type InputRef, Modal } from "antd";
import { useDeferredValue, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { type RecordData, useRecords } from "@/client/records";
import type { FieldMeta } from "@/metadata/app";
import { EmptyState, ErrorState, LoadingState } from "@/ui/States";
import { useAppView } from "../../context";
import { nameOf } from "../names";

interface PhrasePickerProps {
  phrases: NonNullable<FieldMeta["phrases"]>;
  onPick: (text: string) => void;
  onClose: () => void;
}

const SHOWN = 20;

/** Texts to put in, found by a word; Enter takes the first. */
export function PhrasePicker(props: PhrasePickerProps) {
  const { t } = useTranslation();
  const view = useAppView();
  const input = useRef<InputRef>(null);
  const [typed, setTyped] = useState("");
  const search = useDeferredValue(typed.trim());
  const { entity: key, text, filter } = props.phrases;
  const entity = view.entity(key);
  const found = useRecords(view.app.key, key, {
    filter,
    search: entity?.search ? search : "",
    fields: ["id", text, entity?.name_field].filter(Boolean).join(","),
    limit: SHOWN,
  });
  const rows = (found.data?.pages[0]?.items ?? []).filter((row) => row[text]);
  const pick = (row: RecordData | undefined) => row && props.onPick(String(row[text]));
  return (
    <Modal
      open
      footer={null}
      title={t("form.phrases")}
      onCancel={props.onClose}
      afterOpenChange={(open) => open && input.current?.focus()}
    >
      <Input
        ref={input}
        allowClear
        value={typed}
        aria-label={t("list.search")}
        placeholder={t("form.phrasesSearch")}
        onChange={(event) => setTyped(event.target.value)}
        onPressEnter={(event) => {
          if (!event.nativeEvent.isComposing) pick(rows[0]);
        }}
      />
      {found.isPending && <LoadingState rows={4} />}
      {found.isError && <ErrorState error={found.error} onRetry={() => void found.refetch()} />}
      {found.isSuccess && rows.length === 0 && (
        <EmptyState title={search ? t("list.noneFound") : t("form.phrasesNone")} />
      )}
      <ul className="phrases">
        {rows.map((row) => (
          <li key={row.id}>
            <button type="button" onClick={() => pick(row)}>
              <b>{nameOf(view, key, row)}</b>
              <span>{String(row[text])}</span>
            </button>
          </li>
        ))}
      </ul>
    </Modal>
  );
}
