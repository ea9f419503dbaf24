import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

interface FieldProps {
  /** Of the input inside. */
  id: string;
  label: string;
  required?: boolean;
  error?: string;
  help?: string;
  wide?: boolean;
  children: ReactNode;
}

/** A label, its input, its help and what is wrong with it. */
export function Field(props: FieldProps) {
  const { t } = useTranslation();
  return (
    <div
      className="form-field"
      data-wide={props.wide || undefined}
      data-error={props.error ? true : undefined}
    >
      <label htmlFor={props.id}>
        {props.label}
        {props.required && (
          <span className="required" title={t("form.required")}>
            *
          </span>
        )}
      </label>
      {props.children}
      {props.error ? (
        <p className="form-error" role="alert">
          {props.error}
        </p>
      ) : (
        props.help && <p className="form-help">{props.help}</p>
      )}
    </div>
  );
}
