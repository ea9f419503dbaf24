import { Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Field } from "./Field";

/** Characters that the server takes. */
const MOST = 200;

interface NewPasswordProps {
  /** Tells the inputs of several forms apart. */
  id: string;
  error: string | undefined;
  size?: "large";
  autoFocus?: boolean;
  /** The password once both inputs hold the same; an empty text until then. */
  onChange: (password: string) => void;
}

/** A new password, typed twice. */
export function NewPassword(props: NewPasswordProps) {
  const { t } = useTranslation();
  const [first, setFirst] = useState("");
  const [second, setSecond] = useState("");
  const change = (one: string, other: string) => {
    setFirst(one);
    setSecond(other);
    props.onChange(one === other ? one : "");
  };
  return (
    <>
      <Field
        id={`${props.id}-first`}
        label={t("account.newPassword")}
        error={props.error}
        help={t("account.passwordHint")}
      >
        <Input.Password
          id={`${props.id}-first`}
          size={props.size}
          autoFocus={props.autoFocus}
          autoComplete="new-password"
          maxLength={MOST}
          value={first}
          onChange={(event) => change(event.target.value, second)}
        />
      </Field>
      <Field
        id={`${props.id}-second`}
        label={t("account.againPassword")}
        error={second !== "" && !first.startsWith(second) ? t("account.differ") : undefined}
      >
        <Input.Password
          id={`${props.id}-second`}
          size={props.size}
          autoComplete="new-password"
          maxLength={MOST}
          value={second}
          onChange={(event) => change(first, event.target.value)}
        />
      </Field>
    </>
  );
}
