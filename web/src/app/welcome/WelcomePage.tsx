import { useQuery } from "@tanstack/react-query";
import { Alert, Button, Input } from "antd";
import { type FormEvent, type ReactNode, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { acceptLink, findLink, type LinkOwner } from "@/client/account";
import { ask } from "@/client/http";
import { isProblem } from "@/client/problem";
import { Field } from "@/ui/Field";
import { changeLanguage, languageOf } from "@/ui/language";
import { NewPassword } from "@/ui/NewPassword";
import { problemText } from "@/ui/problemText";
import { ErrorState, LoadingState } from "@/ui/States";
import { fieldErrors } from "../people/people";
import "../form/form.css";

/** Where a one-time link leads: whoever holds it sets a password, and is in. */
export function WelcomePage() {
  const { t } = useTranslation();
  // The secret stands behind "#", which no request carries; it is not left in the address either.
  const [secret] = useState(() => window.location.hash.slice(1));
  useEffect(() => {
    window.history.replaceState(null, "", window.location.pathname);
    document.title = t("brand");
  }, [t]);
  const found = useQuery({
    queryKey: ["link"],
    queryFn: () => findLink(secret),
    enabled: secret !== "",
    staleTime: Number.POSITIVE_INFINITY,
  });
  const isGone = secret === "" || (isProblem(found.error) && found.error.status === 404);
  if (isGone) return <Gone />;
  if (found.isError) {
    return (
      <Frame title={t("brand")}>
        <ErrorState error={found.error} onRetry={() => void found.refetch()} />
      </Frame>
    );
  }
  if (!found.data) {
    return (
      <Frame title={t("brand")}>
        <LoadingState rows={4} />
      </Frame>
    );
  }
  return <PasswordSetting owner={found.data} secret={secret} />;
}

function Frame(props: { title: string; children: ReactNode }) {
  const { i18n } = useTranslation();
  const other = languageOf(i18n.language) === "en" ? "zh-CN" : "en";
  return (
    <main className="sign-in">
      <img src="/static/app/mark.svg" alt="" width={44} height={44} />
      <h1>{props.title}</h1>
      {props.children}
      <Button type="link" onClick={() => changeLanguage(other)}>
        {other === "en" ? "English" : "简体中文"}
      </Button>
    </main>
  );
}

function Gone() {
  const { t } = useTranslation();
  return (
    <Frame title={t("welcome.gone")}>
      <p>{t("welcome.goneHint")}</p>
      <Button size="large" block href="/">
        {t("welcome.toSignIn")}
      </Button>
    </Frame>
  );
}

function PasswordSetting(props: { owner: LinkOwner; secret: string }) {
  const { owner } = props;
  const { t } = useTranslation();
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [isSet, setIsSet] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const errors = fieldErrors(failure, { field: "", message: "" });

  async function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setFailure(null);
    try {
      await acceptLink(props.secret, password);
      setIsSet(true);
      await ask("/auth/login", { method: "POST", body: { username: owner.username, password } });
      window.location.replace("/");
    } catch (error) {
      setFailure(error);
      setBusy(false);
    }
  }

  if (isSet && failure !== null) {
    return (
      <Frame title={t("welcome.done")}>
        <Alert type="warning" showIcon className="gap-below" title={problemText(failure, t)} />
        <Button type="primary" size="large" block href="/">
          {t("welcome.toSignIn")}
        </Button>
      </Frame>
    );
  }
  if (isProblem(failure) && failure.status === 404) return <Gone />;
  return (
    <Frame title={t(`welcome.${owner.kind}`, { name: owner.name })}>
      <p className="muted">{t("welcome.lead")}</p>
      <form className="welcome-fields" onSubmit={(event) => void submit(event)}>
        <Field id="welcome-username" label={t("signIn.username")} help={t("welcome.usernameHint")}>
          <Input id="welcome-username" size="large" readOnly autoComplete="username" value={owner.username} />
        </Field>
        <NewPassword id="welcome" size="large" autoFocus error={errors.password} onChange={setPassword} />
        {failure !== null && Object.keys(errors).length === 0 && (
          <Alert type="error" showIcon title={problemText(failure, t)} />
        )}
        <Button type="primary" htmlType="submit" size="large" block loading={busy} disabled={!password}>
          {t("welcome.button")}
        </Button>
      </form>
    </Frame>
  );
}
