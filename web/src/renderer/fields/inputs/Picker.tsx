import { Select } from "antd";
import { useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import { pathOf, usePlatform } from "@/client/platform";
import { type RecordData, useRecords } from "@/client/records";
import { expandName } from "@/metadata/system";
import { useAppView } from "../../context";
import { nameOf } from "../names";
import { commonOf, type FieldInputProps } from "./props";

interface Offered {
  value: string;
  label: string;
}

interface PickerProps extends FieldInputProps {
  target: string;
}

/** Chooses among records, or people, teams and regions, that the actor may see, by what they type. */
export function Picker(props: PickerProps) {
  const view = useAppView();
  return view.entity(props.target) ? <RecordPicker {...props} /> : <PlatformPicker {...props} />;
}

function RecordPicker(props: PickerProps) {
  const view = useAppView();
  const [typed, setTyped] = useState("");
  const [opened, setOpened] = useState(props.opens ?? false);
  const search = useDeferredValue(typed.trim());
  const entity = view.entity(props.target);
  const name = entity?.name_field;
  const found = useRecords(
    view.app.key,
    props.target,
    { fields: ["id", name].filter(Boolean).join(","), search: entity?.search ? search : "", limit: 20 },
    opened,
  );
  // A value that came without its name (from a draft, or with the address) is looked up at once.
  const unnamed = unnamedIn(props);
  const named = useRecords(
    view.app.key,
    props.target,
    {
      fields: ["id", name].filter(Boolean).join(","),
      filter: `id in [${unnamed.map((id) => `"${id}"`).join(", ")}]`,
    },
    unnamed.length > 0,
  );
  const rows = [found, unnamed.length > 0 ? named : null].flatMap(
    (each) => each?.data?.pages.flatMap((page) => page.items) ?? [],
  );
  const once = [...new Map(rows.map((row) => [row.id, row])).values()];
  return (
    <Choices
      {...props}
      offered={once.map((row) => ({ value: row.id, label: nameOf(view, props.target, row) }))}
      onSearch={setTyped}
      onOpen={setOpened}
      busy={found.isFetching || named.isLoading}
    />
  );
}

function PlatformPicker(props: PickerProps) {
  const [typed, setTyped] = useState("");
  const [opened, setOpened] = useState(props.opens ?? false);
  const search = useDeferredValue(typed.trim());
  const found = usePlatform(props.target, search, opened || unnamedIn(props).length > 0);
  const items = found.data ?? [];
  const offered = items
    .map((item) => ({ value: item.id, label: pathOf(item, items) }))
    .filter((item) => props.target === "user" || item.label.toLowerCase().includes(search.toLowerCase()));
  return (
    <Choices {...props} offered={offered} onSearch={setTyped} onOpen={setOpened} busy={found.isFetching} />
  );
}

/** Values whose names did not come with the record (a draft, a default): they are looked up at once. */
function unnamedIn(props: PickerProps): string[] {
  const named = new Set(namesIn(props).map((record) => record.id));
  return [props.value].flat().filter((id): id is string => typeof id === "string" && !named.has(id));
}

function namesIn(props: PickerProps): RecordData[] {
  const found = props.record?.expand?.[expandName(props.field.key)];
  return Array.isArray(found) ? found : found ? [found] : [];
}

interface ChoicesProps extends PickerProps {
  offered: Offered[];
  onSearch: (typed: string) => void;
  onOpen: (open: boolean) => void;
  busy: boolean;
}

function Choices(props: ChoicesProps) {
  const { t } = useTranslation();
  const view = useAppView();
  const [kept, setKept] = useState<Offered[]>(() =>
    namesIn(props).map((record) => ({ value: record.id, label: nameOf(view, props.target, record) })),
  );
  const many = props.field.type === "links";
  const known = new Set(props.offered.map((each) => each.value));
  const chosen = new Set(many ? ((props.value as string[] | null) ?? []) : [props.value]);
  const options = [
    ...kept.filter((each) => chosen.has(each.value) && !known.has(each.value)),
    ...props.offered,
  ];
  // Until its name is there, a value shows as none rather than as an id.
  const isNamed = [...chosen].every((id) => !id || options.some((each) => each.value === id));
  return (
    <Select
      {...commonOf(props, view.text(props.field.label))}
      allowClear={!props.field.required}
      mode={many ? "multiple" : undefined}
      className="wide"
      defaultOpen={props.opens}
      showSearch={{ filterOption: false, onSearch: props.onSearch }}
      loading={props.busy}
      onOpenChange={props.onOpen}
      placeholder={t("form.pick")}
      notFoundContent={props.busy ? t("loading") : t("list.noneFound")}
      value={isNamed || !props.busy ? ((props.value as string | string[] | null) ?? undefined) : undefined}
      options={options}
      onChange={(value: unknown) => {
        const ids = new Set(Array.isArray(value) ? value : [value]);
        setKept(options.filter((each) => ids.has(each.value)));
        props.onChange(Array.isArray(value) && value.length === 0 ? null : (value ?? null));
      }}
    />
  );
}
