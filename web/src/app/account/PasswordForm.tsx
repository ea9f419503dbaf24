import { Alert, App as AntApp, Button, Input } from "antd";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { changePassword } from "@/client/account";
import { Field } from "@/ui/Field";
import { problemText } from "@/ui/problemText";
import { fieldErrors } from "../people/people";

/** Another password; every other session ends. */
export function PasswordForm(props: { username: string }) {
  const { t } = useTranslation();
  const { message } = AntApp.useApp();
  const [current, setCurrent] = useState("");
  const [first, setFirst] = useState("");
  const [second, setSecond] = useState("");
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const errors = fieldErrors(failure, { field: "", message: "" });
  const differs = second !== "" && first !== second;

  async function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setFailure(null);
    try {
      await changePassword(current, first);
      setCurrent("");
      setFirst("");
      setSecond("");
      void message.success(t("account.passwordChanged"));
    } catch (error) {
      setFailure(error);
    } finally {
      setBusy(false);
    }
  }

  return (
    <section className="section" aria-label={t("account.password")}>
      <h2>{t("account.password")}</h2>
      <form className="form-fields" onSubmit={(event) => void submit(event)}>
        <input type="text" hidden readOnly autoComplete="username" value={props.username} />
        <Field
          id="current-password"
          label={t("account.currentPassword")}
          error={errors.current_password}
          wide
        >
          <Input.Password
            id="current-password"
            autoComplete="current-password"
            value={current}
            onChange={(event) => setCurrent(event.target.value)}
          />
        </Field>
        <Field
          id="new-password"
          label={t("account.newPassword")}
          error={errors.password}
          help={t("account.passwordHint")}
        >
          <Input.Password
            id="new-password"
            autoComplete="new-password"
            value={first}
            onChange={(event) => setFirst(event.target.value)}
          />
        </Field>
        <Field
          id="again-password"
          label={t("account.againPassword")}
          error={differs ? t("account.differ") : undefined}
        >
          <Input.Password
            id="again-password"
            autoComplete="new-password"
            value={second}
            onChange={(event) => setSecond(event.target.value)}
          />
        </Field>
        <div className="form-field" data-wide>
          {failure !== null && Object.keys(errors).length === 0 && (
            <Alert type="error" showIcon className="gap-below" title={problemText(failure, t)} />
          )}
          <Button htmlType="submit" loading={busy} disabled={!current || !first || first !== second}>
            {t("account.changePassword")}
          </Button>
        </div>
      </form>
    </section>
  );
}
