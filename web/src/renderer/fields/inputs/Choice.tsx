import { Select } from "antd";
import { useAppView } from "../../context";
import { optionsOf } from "../options";
import { commonOf, type FieldInputProps } from "./props";

/** One or several of the options of a field; tags may also be new words. */
export function Choice(props: FieldInputProps) {
  const view = useAppView();
  const { field } = props;
  const mode = field.type === "tags" ? "tags" : field.type === "options" ? "multiple" : undefined;
  return (
    <Select
      {...commonOf(props, view.text(field.label))}
      mode={mode}
      allowClear={!field.required}
      className="wide"
      defaultOpen={props.opens}
      showSearch={{ optionFilterProp: "label" }}
      value={props.value ?? (mode ? [] : undefined)}
      options={(props.options ?? optionsOf(field))
        .filter((option) => option.active !== false || option.key === props.value)
        .map((option) => ({ value: option.key, label: view.text(option.label) }))}
      onChange={(chosen: unknown) =>
        props.onChange(Array.isArray(chosen) && chosen.length === 0 ? null : (chosen ?? null))
      }
    />
  );
}
