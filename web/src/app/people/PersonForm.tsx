import { Alert, App as AntApp, Button, Checkbox, Input, Select } from "antd";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { type Person, type Tree, useSavePerson, useTree } from "@/client/people";
import type { Me } from "@/client/session";
import { Field } from "@/ui/Field";
import { LANGUAGES, languageName } from "@/ui/language";
import { MomentInput } from "@/ui/MomentInput";
import { problemText } from "@/ui/problemText";
import { changedOf, fieldErrors, pathsOf, type Values } from "./people";
import { RolesField } from "./RolesField";

const FIELDS = [
  "name",
  "username",
  "email",
  "phone",
  "locale",
  "team_id",
  "region_id",
  "roles",
  "admin",
  "absent_from",
  "absent_to",
] as const;
const NOBODY: Values = { locale: "zh-CN", roles: {}, admin: false };
const ABSENCE = ["absent_from", "absent_to"] as const;

/** Everything of a person that can be changed; only what was is sent. */
export function PersonForm(props: { me: Me; person: Person | undefined }) {
  const { me, person } = props;
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { message } = AntApp.useApp();
  const save = useSavePerson(person?.id);
  const before: Values = person
    ? Object.fromEntries(FIELDS.map((key) => [key, person[key] ?? null]))
    : NOBODY;
  const [values, setValues] = useState<Values>(before);
  const changes = person ? changedOf(before, values) : { ...NOBODY, ...changedOf({}, values) };
  const errors = fieldErrors(save.error, { field: "username", message: t("people.taken") });
  const set = (key: string) => (value: unknown) => setValues((now) => ({ ...now, [key]: value }));
  const text = (key: (typeof FIELDS)[number]) => ({
    id: `person-${key}`,
    value: (values[key] as string | null) ?? "",
    onChange: (event: { target: { value: string } }) => set(key)(event.target.value || null),
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    // Only administrators may say who is one.
    const { admin, ...others } = changes as Values & { admin?: unknown };
    save.mutate(me.admin ? { ...others, ...(admin === undefined ? {} : { admin }) } : others, {
      onSuccess: (saved) => {
        if (!person) void navigate(`/people/${saved.id}`, { replace: true, state: { made: true } });
        else void message.success(t("people.saved"));
      },
    });
  }

  return (
    <form className="person-form" onSubmit={submit} noValidate>
      <div className="section form-fields">
        <Field id="person-name" label={t("people.name")} required error={errors.name}>
          <Input {...text("name")} maxLength={100} autoFocus={!person} />
        </Field>
        <Field
          id="person-username"
          label={t("signIn.username")}
          required
          error={errors.username}
          help={t("people.usernameHint")}
        >
          <Input {...text("username")} maxLength={60} autoCapitalize="none" autoComplete="off" />
        </Field>
        <Field id="person-phone" label={t("people.phone")} error={errors.phone}>
          <Input {...text("phone")} inputMode="tel" maxLength={40} />
        </Field>
        <Field id="person-email" label={t("people.email")} error={errors.email}>
          <Input {...text("email")} inputMode="email" maxLength={254} />
        </Field>
        <NodeField tree="teams" values={values} onChange={set("team_id")} error={errors.team_id} />
        <NodeField tree="regions" values={values} onChange={set("region_id")} error={errors.region_id} />
        <Field id="person-locale" label={t("account.language")} error={errors.locale}>
          <Select
            id="person-locale"
            className="wide"
            value={values.locale}
            options={LANGUAGES.map((each) => ({ value: each, label: languageName(each) }))}
            onChange={set("locale")}
          />
        </Field>
        <RolesField
          value={(values.roles as Record<string, string[]>) ?? {}}
          closed={person?.id === me.id && !me.admin}
          error={errors.roles}
          onChange={set("roles")}
        />
        {me.admin && (
          <div className="form-field" data-wide>
            <Checkbox
              checked={values.admin === true}
              onChange={(event) => set("admin")(event.target.checked)}
            >
              {t("people.isAdmin")}
            </Checkbox>
            <p className="form-help">{t("people.isAdminHint")}</p>
          </div>
        )}
        {person &&
          ABSENCE.map((key) => (
            <Field key={key} id={`person-${key}`} label={t(`account.${key}`)} error={errors[key]}>
              <MomentInput
                id={`person-${key}`}
                value={(values[key] as string | null) ?? null}
                onChange={set(key)}
              />
            </Field>
          ))}
      </div>
      {save.isError && Object.keys(errors).length === 0 && (
        <Alert
          type="error"
          showIcon
          className="gap-below"
          title={problemText(save.error, t)}
          description={
            "code" in save.error && save.error.code === "forbidden" ? t("people.mightier") : undefined
          }
        />
      )}
      <footer className="form-foot">
        <Button
          type="primary"
          htmlType="submit"
          loading={save.isPending}
          disabled={!values.name || !values.username || Object.keys(changes).length === 0}
        >
          {person ? t("save") : t("people.add")}
        </Button>
        <Button onClick={() => void navigate("/people")}>{t("cancel")}</Button>
      </footer>
    </form>
  );
}

/** A place in one of the trees, by its path. */
function NodeField(props: {
  tree: Tree;
  values: Values;
  error?: string;
  onChange: (id: string | null) => void;
}) {
  const { t } = useTranslation();
  const paths = pathsOf(useTree(props.tree).data ?? []);
  const key = props.tree === "teams" ? "team_id" : "region_id";
  const id = `person-${key}`;
  return (
    <Field id={id} label={t(`people.${key}`)} error={props.error}>
      <Select
        id={id}
        className="wide"
        allowClear
        showSearch={{ optionFilterProp: "label" }}
        value={(props.values[key] as string | null) ?? undefined}
        options={[...paths].map(([value, label]) => ({ value, label }))}
        onChange={(value?: string) => props.onChange(value ?? null)}
      />
    </Field>
  );
}
