import { Button, Input, type InputRef } from "antd";
import { Check, Copy } from "lucide-react";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { copyText } from "./copy";

/** A text that is shown to be taken along, with a button that does it. */
export function CopyLine(props: { label: string; text: string }) {
  const { t } = useTranslation();
  const input = useRef<InputRef>(null);
  const [copied, setCopied] = useState(false);

  async function copy() {
    const done = await copyText(props.text);
    setCopied(done);
    // Where no copying is allowed the text is marked, a keystroke away.
    if (!done) input.current?.select();
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
