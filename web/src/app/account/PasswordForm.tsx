import { Alert, App as AntApp, Button, Input } from "antd";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { changePassword } from "@/client/account";
import { Field } from "@/ui/Field";
import { NewPassword } from "@/ui/NewPassword";
import { problemText } from "@/ui/problemText";
import { fieldErrors } from "../people/people";

/** Another password; every other session ends. */
export function PasswordForm(props: { username: string }) {
  const { t } = useTranslation();
  const { message } = AntApp.useApp();
  const [current, setCurrent] = useState("");
  const [password, setPassword] = useState("");
  const [changes, setChanges] = useState(0);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const errors = fieldErrors(failure, { field: "", message: "" });

  async function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setFailure(null);
    try {
      await changePassword(current, password);
      setCurrent("");
      setPassword("");
      setChanges(changes + 1);
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
        <NewPassword key={changes} id="new-password" error={errors.password} onChange={setPassword} />
        <div className="form-field" data-wide>
          {failure !== null && Object.keys(errors).length === 0 && (
            <Alert type="error" showIcon className="gap-below" title={problemText(failure, t)} />
          )}
          <Button htmlType="submit" loading={busy} disabled={!current || !password}>
            {t("account.changePassword")}
          </Button>
        </div>
      </form>
    </section>
  );
}
