import { Button, Input, type InputRef } from "antd";
import { Check, Copy } from "lucide-react";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";

/** A text that is shown to be taken along, with a button that does it. */
export function CopyLine(props: { label: string; text: string }) {
  const { t } = useTranslation();
  const input = useRef<InputRef>(null);
  const [copied, setCopied] = useState(false);

  async function copy() {
    try {
      await navigator.clipboard.writeText(props.text);
      setCopied(true);
    } catch {
      // Without https there is no clipboard: marked, it is a keystroke away.
      input.current?.select();
    }
  }

  return (
    <div className="copy-line">
      <Input
        ref={input}
        readOnly
        aria-label={props.label}
        value={props.text}
        onFocus={() => input.current?.select()}
      />
      <Button
        icon={copied ? <Check size={15} aria-hidden /> : <Copy size={15} aria-hidden />}
        onClick={() => void copy()}
      >
        {copied ? t("copied") : t("copy")}
      </Button>
    </div>
  );
}
