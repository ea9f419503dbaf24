import { Input } from "antd";
import { languageName } from "@/ui/language";
import { useAppView } from "../../context";
import { commonOf, type FieldInputProps } from "./props";

/** A text in each language of the app. */
export function TextsInput(props: FieldInputProps) {
  const view = useAppView();
  const texts = (props.value as Record<string, string> | null) ?? {};
  return (
    <div className="texts-input">
      {(view.app.settings.locales ?? ["zh-CN"]).map((locale, index) => (
        <Input
          key={locale}
          {...commonOf(props, view.text(props.field.label))}
          id={index === 0 ? props.id : undefined}
          aria-label={`${view.text(props.field.label)} ${languageName(locale)}`}
          addonBefore={languageName(locale)}
          value={texts[locale] ?? ""}
          onChange={(event) => {
            const { [locale]: _, ...others } = texts;
            const next = event.target.value ? { ...others, [locale]: event.target.value } : others;
            props.onChange(Object.keys(next).length > 0 ? next : null);
          }}
        />
      ))}
    </div>
  );
}
