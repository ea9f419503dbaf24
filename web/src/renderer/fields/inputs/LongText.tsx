import { Button, Input } from "antd";
import type { TextAreaRef } from "antd/es/input/TextArea";
import { MessageSquareQuote } from "lucide-react";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useAppView } from "../../context";
import { PhrasePicker } from "./PhrasePicker";
import { commonOf, type FieldInputProps } from "./props";

/** Several lines; where the document offers phrases, they come in at the cursor. */
export function LongText(props: FieldInputProps) {
  const { t } = useTranslation();
  const view = useAppView();
  const area = useRef<TextAreaRef>(null);
  const [picking, setPicking] = useState(false);
  const { phrases } = props.field;
  const text = (props.value as string | null) ?? "";

  function insert(phrase: string) {
    const box = area.current?.resizableTextArea?.textArea;
    const [start, end] = [box?.selectionStart ?? text.length, box?.selectionEnd ?? text.length];
    props.onChange(text.slice(0, start) + phrase + text.slice(end));
    setPicking(false);
    requestAnimationFrame(() => {
      box?.focus();
      box?.setSelectionRange(start + phrase.length, start + phrase.length);
    });
  }

  return (
    <>
      <Input.TextArea
        {...commonOf(props, view.text(props.field.label))}
        ref={area}
        value={text}
        rows={phrases ? 4 : 2}
        maxLength={props.field.length}
        onChange={(event) => props.onChange(event.target.value || null)}
      />
      {phrases && view.entity(phrases.entity) && (
        <Button
          type="text"
          size="small"
          className="phrases-open"
          icon={<MessageSquareQuote size={14} aria-hidden />}
          disabled={props.disabled}
          onClick={() => setPicking(true)}
        >
          {t("form.phrases")}
        </Button>
      )}
      {phrases && picking && (
        <PhrasePicker phrases={phrases} onPick={insert} onClose={() => setPicking(false)} />
      )}
    </>
  );
}
