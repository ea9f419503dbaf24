import { Cascader } from "antd";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { type Branch, idsTo, treeOf, usePlatform } from "@/client/platform";
import { useAppView } from "../../context";
import { commonOf, type FieldInputProps } from "./props";

/** A place in the tree of regions: level by level, or found by its name, its code or its pinyin. */
export function RegionInput(props: FieldInputProps) {
  const { t } = useTranslation();
  const view = useAppView();
  const own = useId();
  const id = props.id ?? own;
  const found = usePlatform("region", "", true);
  const items = found.data ?? [];
  return (
    <Cascader<Branch>
      {...commonOf(props, view.text(props.field.label))}
      id={id}
      className="wide"
      popupRender={(menus) => <div id={`${id}_list`}>{menus}</div>}
      allowClear={!props.field.required}
      changeOnSelect
      options={treeOf(items)}
      fieldNames={{ label: "name", value: "id", children: "children" }}
      loading={found.isPending}
      placeholder={t("form.pickRegion")}
      showSearch={{
        filter: (typed, path) => path.some((branch) => matches(branch, typed.trim().toLowerCase())),
        limit: 50,
      }}
      value={props.value ? idsTo(String(props.value), items) : undefined}
      displayRender={(names) => names.join(" / ")}
      onChange={(path) => props.onChange(path?.at(-1) ?? null)}
    />
  );
}

/** Whether a place is meant by what was typed. */
export function matches(branch: Branch, typed: string): boolean {
  const words = [branch.name, branch.code ?? "", ...(branch.pinyin ?? "").split(" ")];
  return (
    words.some((word) => word.toLowerCase().startsWith(typed)) || branch.name.toLowerCase().includes(typed)
  );
}
