import type { RecordData } from "@/client/records";
import type { FieldMeta, OptionMeta } from "@/metadata/app";

export interface FieldInputProps {
  entity: string;
  field: FieldMeta;
  value: unknown;
  onChange: (value: unknown) => void;
  /** Takes values of several fields at once, where a form has them. */
  onFill?: (values: Record<string, unknown>) => void;
  id?: string;
  status?: "error" | "warning";
  disabled?: boolean;
  describedBy?: string;
  autoFocus?: boolean;
  /** Whether choices are shown at once. */
  opens?: boolean;
  /** What may be chosen, where that depends on more than the field. */
  options?: Pick<OptionMeta, "key" | "label" | "active">[];
  /** The record that is changed: names of what it refers to, and of its files. */
  record?: RecordData;
}

/** What every input takes over. */
export function commonOf(props: FieldInputProps, label: string) {
  return {
    id: props.id,
    status: props.status,
    disabled: props.disabled,
    autoFocus: props.autoFocus,
    "aria-label": props.id ? undefined : label,
    "aria-describedby": props.describedBy,
    "aria-invalid": props.status === "error" || undefined,
  };
}
