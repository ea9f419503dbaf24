import { Alert, App as AntApp, Button } from "antd";
import { useTranslation } from "react-i18next";
import { useLocation } from "react-router";
import { type Person, useLink, useSavePerson } from "@/client/people";
import type { Me } from "@/client/session";
import { CopyLine } from "@/ui/CopyLine";
import { languageOf } from "@/ui/language";
import { problemText } from "@/ui/problemText";

/** How somebody gets in, or does not any more. */
export function PersonAccount(props: { me: Me; person: Person }) {
  const { person } = props;
  const { t, i18n } = useTranslation();
  const { modal } = AntApp.useApp();
  const isNew = Boolean(useLocation().state?.made);
  const link = useLink(person);
  const save = useSavePerson(person.id);
  const isSelf = person.id === props.me.id;
  const failure = link.error ?? save.error;

  function deactivate() {
    modal.confirm({
      title: t("people.deactivateAsk", { name: person.name }),
      content: (
        <ul className="plain-list">
          <li>{t("people.deactivateIn")}</li>
          <li>{t("people.deactivateOwns")}</li>
          <li>{t("people.deactivateBack")}</li>
        </ul>
      ),
      okText: t("people.deactivate"),
      okButtonProps: { danger: true },
      cancelText: t("cancel"),
      onOk: () => {
        link.reset();
        save.mutate({ active: false });
      },
    });
  }

  const until = link.data && new Date(link.data.expires_at).toLocaleString(languageOf(i18n.language));
  return (
    <section className="section" aria-label={t("people.account")}>
      <h2>{t("people.account")}</h2>
      <p className="muted">
        {isNew && person.active && !link.data && <b>{t("people.made")} </b>}
        {!person.active
          ? t("people.isGone")
          : person.is_set_up
            ? t("people.hasPassword")
            : t("people.noPassword")}
      </p>
      {link.data && (
        <div className="link-made" role="status">
          <CopyLine label={t("people.link")} text={link.data.link} />
          <p className="form-help">{t("people.linkHint", { until })}</p>
        </div>
      )}
      {failure && (
        <Alert
          type="error"
          showIcon
          className="gap-below"
          title={problemText(failure, t)}
          description={"code" in failure && failure.code === "forbidden" ? t("people.mightier") : undefined}
        />
      )}
      <div className="buttons">
        {person.active && (
          <Button
            type={person.is_set_up ? "default" : "primary"}
            loading={link.isPending}
            onClick={() => link.mutate()}
          >
            {person.is_set_up ? t("people.reset") : t("people.invite")}
          </Button>
        )}
        {person.active && !isSelf && (
          <Button danger loading={save.isPending} onClick={deactivate}>
            {t("people.deactivate")}
          </Button>
        )}
        {!person.active && (
          <Button type="primary" loading={save.isPending} onClick={() => save.mutate({ active: true })}>
            {t("people.reactivate")}
          </Button>
        )}
      </div>
    </section>
  );
}
