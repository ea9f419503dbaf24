import { Alert, Button, Segmented } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useChangeMe } from "@/client/account";
import { managesPeople, type Person, usePerson, useTree } from "@/client/people";
import { type Me, useMe } from "@/client/session";
import { Field } from "@/ui/Field";
import { LANGUAGES, type Language, languageName, languageOf } from "@/ui/language";
import { MomentInput } from "@/ui/MomentInput";
import { type Choice, chooseMode, modeChoice } from "@/ui/mode";
import { problemText } from "@/ui/problemText";
import { ErrorState, LoadingState } from "@/ui/States";
import { pathsOf } from "../people/people";
import { useSpeak } from "../shell/useSpeak";
import { PasswordForm } from "./PasswordForm";
import { Tokens } from "./Tokens";
import "../form/form.css";
import "./account.css";

/** What somebody sees of themselves, and what of it they change. */
export function AccountPage() {
  const { t } = useTranslation();
  const me = useMe().data;
  const found = usePerson(me?.id);
  useEffect(() => {
    document.title = t("account.title");
  }, [t]);
  if (found.isError) return <ErrorState error={found.error} onRetry={() => void found.refetch()} />;
  if (!me || !found.data) return <LoadingState />;
  return (
    <section className="page form-page">
      <header className="page-head">
        <h1>{t("account.title")}</h1>
      </header>
      <Facts me={me} person={found.data} />
      <Preferences />
      <Absence person={found.data} />
      <PasswordForm username={me.username} />
      <Tokens me={me} />
    </section>
  );
}

function Facts(props: { me: Me; person: Person }) {
  const { t } = useTranslation();
  const { me, person } = props;
  const teams = pathsOf(useTree("teams").data ?? []);
  const regions = pathsOf(useTree("regions").data ?? []);
  const facts: [string, string | null | undefined][] = [
    [t("people.name"), person.name],
    [t("signIn.username"), me.username],
    [t("people.phone"), person.phone],
    [t("people.email"), person.email],
    [t("people.team_id"), teams.get(person.team_id ?? "")],
    [t("people.region_id"), regions.get(person.region_id ?? "")],
  ];
  return (
    <section className="section" aria-label={t("account.who")}>
      <h2>{t("account.who")}</h2>
      <dl className="account-facts">
        {facts.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value || "–"}</dd>
          </div>
        ))}
      </dl>
      <p className="form-help">
        {managesPeople(me) ? (
          <Link to={`/people/${me.id}`}>{t("account.editSelf")}</Link>
        ) : (
          t("account.factsHint")
        )}
      </p>
    </section>
  );
}

const MODES: Choice[] = ["light", "dark", "system"];

function Preferences() {
  const { t, i18n } = useTranslation();
  const { speak, error } = useSpeak();
  const [mode, setMode] = useState(modeChoice);
  return (
    <section className="section" aria-label={t("account.preferences")}>
      <h2>{t("account.preferences")}</h2>
      <div className="preferences">
        <span id="account-language">{t("account.language")}</span>
        <Segmented<Language>
          aria-labelledby="account-language"
          value={languageOf(i18n.language)}
          options={LANGUAGES.map((each) => ({ value: each, label: languageName(each) }))}
          onChange={speak}
        />
        <span id="account-theme">{t("account.theme")}</span>
        <Segmented<Choice>
          aria-labelledby="account-theme"
          value={mode}
          options={MODES.map((each) => ({ value: each, label: t(`shell.theme.${each}`) }))}
          onChange={(next) => {
            chooseMode(next);
            setMode(next);
          }}
        />
      </div>
      <p className="form-help">{t("account.preferencesHint")}</p>
      {error && <Alert type="error" showIcon className="gap-above" title={problemText(error, t)} />}
    </section>
  );
}

function Absence(props: { person: Person }) {
  const { t } = useTranslation();
  const change = useChangeMe();
  const { absent_from, absent_to } = props.person;
  const [from, setFrom] = useState(absent_from);
  const [to, setTo] = useState(absent_to);
  return (
    <section className="section" aria-label={t("account.absence")}>
      <h2>{t("account.absence")}</h2>
      <div className="form-fields">
        <Field id="absent-from" label={t("account.absent_from")}>
          <MomentInput id="absent-from" value={from} onChange={setFrom} />
        </Field>
        <Field id="absent-to" label={t("account.absent_to")} help={t("account.absentHint")}>
          <MomentInput id="absent-to" value={to} onChange={setTo} />
        </Field>
      </div>
      {change.isError && (
        <Alert type="error" showIcon className="gap-above" title={t("account.absentRefused")} />
      )}
      <div className="buttons gap-above">
        <Button
          loading={change.isPending}
          disabled={from === absent_from && to === absent_to}
          onClick={() => change.mutate({ absent_from: from, absent_to: to })}
        >
          {t("save")}
        </Button>
        {(from || to) && (
          <Button
            type="text"
            onClick={() => {
              setFrom(null);
              setTo(null);
            }}
          >
            {t("account.absentNone")}
          </Button>
        )}
      </div>
    </section>
  );
}
