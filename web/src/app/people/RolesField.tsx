import { Checkbox } from "antd";
import { useTranslation } from "react-i18next";
import { useRoles } from "@/client/people";
import { localise } from "@/metadata/app";
import { ErrorState, LoadingState } from "@/ui/States";

interface RolesFieldProps {
  value: Record<string, string[]>;
  /** Nobody gives themselves rights. */
  closed: boolean;
  error?: string;
  onChange: (value: Record<string, string[]>) => void;
}

/** What somebody may do, app by app: roles in the words of the app's author. */
export function RolesField(props: RolesFieldProps) {
  const { t, i18n } = useTranslation();
  const found = useRoles();
  if (found.isPending) return <LoadingState rows={4} />;
  if (found.isError) return <ErrorState error={found.error} onRetry={() => void found.refetch()} />;

  function toggle(app: string, role: string, on: boolean) {
    const held = props.value[app] ?? [];
    const next = on ? [...held, role] : held.filter((each) => each !== role);
    props.onChange({ ...props.value, [app]: next.sort() });
  }

  return (
    <>
      {found.data.map((app) => (
        <fieldset key={app.app} className="form-field roles" data-wide>
          <legend>{t("people.rolesIn", { app: localise(app.label, i18n.language) })}</legend>
          {props.closed && <p className="form-help">{t("people.rolesOwn")}</p>}
          {app.roles.map((role) => {
            const held = props.value[app.app]?.includes(role.key) ?? false;
            return (
              <Checkbox
                key={role.key}
                checked={held}
                disabled={props.closed || !role.grantable}
                onChange={(event) => toggle(app.app, role.key, event.target.checked)}
              >
                {localise(role.label, i18n.language)}
                <small className="muted">
                  {" "}
                  {role.grantable ? localise(role.description, i18n.language) : t("people.notGrantable")}
                </small>
              </Checkbox>
            );
          })}
        </fieldset>
      ))}
      {props.error && (
        <p className="form-error" role="alert">
          {props.error}
        </p>
      )}
    </>
  );
}
