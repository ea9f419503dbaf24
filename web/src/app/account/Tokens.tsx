import { Alert, App as AntApp, Button, Checkbox, Input, Modal, Select } from "antd";
import { Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Scope, type Token, useEndToken, useMakeToken, useTokens } from "@/client/account";
import { managesPeople } from "@/client/people";
import type { Me } from "@/client/session";
import { Chip } from "@/ui/Chip";
import { CopyLine } from "@/ui/CopyLine";
import { Field } from "@/ui/Field";
import { languageOf } from "@/ui/language";
import { problemText } from "@/ui/problemText";
import { ErrorState, LoadingState } from "@/ui/States";

/** Tokens with which programs act in one's name. */
export function Tokens(props: { me: Me }) {
  const { t } = useTranslation();
  const found = useTokens();
  const [open, setOpen] = useState(false);
  return (
    <section className="section" aria-label={t("account.tokens")}>
      <div className="section-head">
        <h2>{t("account.tokens")}</h2>
        <span className="grow" />
        <Button size="small" icon={<Plus size={14} aria-hidden />} onClick={() => setOpen(true)}>
          {t("account.newToken")}
        </Button>
      </div>
      <p className="form-help">{t("account.tokensHint")}</p>
      {found.isPending && <LoadingState rows={2} />}
      {found.isError && <ErrorState error={found.error} onRetry={() => void found.refetch()} />}
      {found.data?.length === 0 && <p className="muted">{t("account.noTokens")}</p>}
      <ul className="tokens">
        {found.data?.map((token) => (
          <TokenLine key={token.id} token={token} />
        ))}
      </ul>
      {open && <TokenDialog me={props.me} onClose={() => setOpen(false)} />}
    </section>
  );
}

function TokenLine(props: { token: Token }) {
  const { t, i18n } = useTranslation();
  const { modal, message } = AntApp.useApp();
  const end = useEndToken();
  const { token } = props;
  const day = (text: string) => new Date(text).toLocaleDateString(languageOf(i18n.language));
  const isOver = Date.parse(token.expires_at) < Date.now();
  function confirm() {
    modal.confirm({
      title: t("account.revokeAsk", { name: token.name }),
      content: t("account.revokeHint"),
      okText: t("account.revoke"),
      okButtonProps: { danger: true },
      cancelText: t("cancel"),
      onOk: () => end.mutate(token.id, { onError: (error) => void message.error(problemText(error, t)) }),
    });
  }
  return (
    <li>
      <div>
        <b>{token.name}</b> <code>{token.prefix}…</code>
        <br />
        <small className="muted">
          {token.scopes.map((scope) => t(`account.scope.${scope}`)).join(t("comma"))}
          {" · "}
          {token.used_at ? t("account.used", { day: day(token.used_at) }) : t("account.unused")}
          {" · "}
          {t("account.until", { day: day(token.expires_at) })}
        </small>
      </div>
      {isOver && <Chip tone="grey">{t("account.over")}</Chip>}
      <Button
        size="small"
        danger
        loading={end.isPending}
        aria-label={t("account.revokeToken", { name: token.name })}
        onClick={confirm}
      >
        {t("account.revoke")}
      </Button>
    </li>
  );
}

const DAYS = [30, 90, 365];
const DAY = 86_400_000;

/** Scopes that somebody can give: no token reaches further than its owner. */
function scopesOf(me: Me): Scope[] {
  const builds = me.admin || Object.values(me.rights).some((rights) => rights.some(isBuilding));
  return [
    "read",
    "write",
    ...(builds ? ["build" as const] : []),
    ...(managesPeople(me) ? ["people" as const] : []),
  ];
}

const isBuilding = (right: string): boolean => right === "build" || right === "publish";

function TokenDialog(props: { me: Me; onClose: () => void }) {
  const { t } = useTranslation();
  const make = useMakeToken();
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<Scope[]>(["read"]);
  const [days, setDays] = useState(90);
  const made = make.data;
  function submit() {
    const expires_at = new Date(Date.now() + days * DAY).toISOString();
    make.mutate({ name, scopes, expires_at });
  }
  return (
    <Modal
      open
      className="sheet"
      width={480}
      title={t("account.newToken")}
      okText={made ? t("close") : t("form.create")}
      cancelText={t("cancel")}
      cancelButtonProps={made ? { style: { display: "none" } } : {}}
      confirmLoading={make.isPending}
      okButtonProps={{ disabled: !made && (!name.trim() || scopes.length === 0) }}
      maskClosable={!made}
      onOk={() => (made ? props.onClose() : submit())}
      onCancel={props.onClose}
    >
      {made ? (
        <div role="status">
          <Alert type="warning" showIcon className="gap-below" title={t("account.tokenOnce")} />
          <CopyLine label={t("account.token")} text={made.token} />
          <p className="form-help">{t("account.tokenUse")}</p>
        </div>
      ) : (
        <div className="token-fields">
          <Field id="token-name" label={t("account.tokenName")} required help={t("account.tokenNameHint")}>
            <Input
              id="token-name"
              autoFocus
              maxLength={100}
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          </Field>
          <fieldset className="roles">
            <legend>{t("account.scopes")}</legend>
            {scopesOf(props.me).map((scope) => (
              <Checkbox
                key={scope}
                checked={scopes.includes(scope)}
                onChange={(event) =>
                  setScopes(
                    event.target.checked ? [...scopes, scope] : scopes.filter((each) => each !== scope),
                  )
                }
              >
                {t(`account.scope.${scope}`)}
              </Checkbox>
            ))}
          </fieldset>
          <Field id="token-days" label={t("account.lasts")}>
            <Select
              id="token-days"
              className="wide"
              value={days}
              options={DAYS.map((each) => ({ value: each, label: t("account.days", { count: each }) }))}
              onChange={setDays}
            />
          </Field>
          {make.isError && <Alert type="error" showIcon title={problemText(make.error, t)} />}
        </div>
      )}
    </Modal>
  );
}
