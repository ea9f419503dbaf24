import { useQuery } from "@tanstack/react-query";
import { ask } from "@/client/http";

/** A text per locale. */
export type LocaleText = Record<string, string>;

export interface OptionMeta {
  id?: string;
  key: string;
  label: LocaleText;
  colour?: string | null;
  active?: boolean;
}

/** A field as the actor may know it; what belongs to one type only is optional. */
export interface FieldMeta {
  id: string;
  key: string;
  type: string;
  label: LocaleText;
  help?: LocaleText | null;
  required?: boolean;
  read_only?: boolean;
  creatable: boolean;
  writable: boolean;
  sortable: boolean;
  filterable: boolean;
  computed: string | null;
  default?: unknown;
  entity?: string | null;
  options?: OptionMeta[];
  scale?: number;
  length?: number;
  minimum?: string | number | null;
  maximum?: string | number | null;
  multiline?: boolean;
  expression?: string;
  default_expression?: string;
  /** The formula and the default as trees, by their text. */
  trees?: Trees;
  /** Records that are offered while a text is typed, and what else they fill in. */
  completion?: { source: string; values: Record<string, string>; link?: string };
  /** Texts that may be put in at the cursor. */
  phrases?: { entity: string; text: string; filter?: string };
  /** Whether pictures get moment, person and record written into them. */
  watermark?: boolean;
  result?: { kind?: string; scale?: number } | string;
  [more: string]: unknown;
}

export interface ChildrenMeta {
  key: string;
  entity: string;
  field: string;
  links: boolean;
}

export interface EntityMeta {
  id: string;
  key: string;
  label: LocaleText;
  plural: LocaleText;
  icon?: string | null;
  name_field: string | null;
  acts: string[];
  search: boolean;
  fields: FieldMeta[];
  children: ChildrenMeta[];
  conversion?: ConversionMeta | null;
}

export interface ViewMeta {
  id: string;
  key: string;
  entity: string;
  label: LocaleText;
  kind: "list" | "board" | "calendar";
  columns: string[];
  filter?: string | null;
  sort: { field: string; descending?: boolean }[];
  group?: string | null;
  amount?: string | null;
}

/** Syntax trees of conditions, by their text; where one is missing, only the server knows. */
export type Trees = Record<string, readonly unknown[]>;

export interface FormItemMeta {
  id: string;
  key: string;
  kind: "field" | "section" | "related" | "text" | "suggest";
  field?: string;
  label?: LocaleText | null;
  help?: LocaleText | null;
  width?: number;
  items?: FormItemMeta[];
  children?: string;
  columns?: string[];
  tab?: boolean;
  text?: LocaleText | null;
  /** Suggestions: the view they come from, their field that can be copied, and which of them should be like what here. */
  view?: string;
  body?: string | null;
  match?: Record<string, string>;
  match_trees?: Trees;
  limit?: number;
  tone?: "plain" | "warning";
  facts?: string[];
  visible?: string | null;
  required?: string | null;
  read_only?: string | null;
  /** The conditions as trees, by their text. */
  trees?: Trees;
}

export interface QuickActionMeta {
  id: string;
  key: string;
  label: LocaleText;
  event?: string | null;
  values: Record<string, unknown>;
  visible?: string | null;
  trees?: Trees;
}

export interface ConversionMeta {
  key: string;
  label: LocaleText;
  stage: string;
  targets: { key: string; label: LocaleText; entity: string; optional: boolean }[];
}

export interface FormMeta {
  id: string;
  key: string;
  entity: string;
  label: LocaleText;
  purpose: "any" | "create" | "edit" | "show";
  device: "any" | "phone" | "desktop";
  when?: string | null;
  trees?: Trees;
  /** Fields whose values stay when another record is made right after. */
  keep: string[];
  items: FormItemMeta[];
  actions: QuickActionMeta[];
}

export interface GateMeta {
  fields: string[];
  evidence: { key: string; label: LocaleText; minimum: number; accept: string[]; watermark?: boolean }[];
  actions: { key?: string; event: string; minimum: number; label?: LocaleText }[];
  people: { key: string; label: LocaleText; field: string; roles: string[] }[];
  override_roles?: string[];
  criteria: { key: string; label: LocaleText; message: LocaleText }[];
}

export interface StageMeta {
  id: string;
  key: string;
  label: LocaleText;
  outcome?: string | null;
  colour?: string | null;
  required_fields: string[];
  gate?: GateMeta;
  [more: string]: unknown;
}

export interface TransitionMeta {
  key: string;
  from?: string[];
  to: string;
  roles?: string[];
  gate?: GateMeta;
  [more: string]: unknown;
}

export interface PipelineMeta {
  id: string;
  key: string;
  entity: string;
  field: string;
  label: LocaleText;
  initial?: string;
  when?: string | null;
  trees?: Trees;
  stages: StageMeta[];
  transitions: TransitionMeta[];
}

export interface MetricMeta {
  key: string;
  label: LocaleText;
  description?: LocaleText | null;
  entity: string;
  unit?: LocaleText | null;
  measure: string;
  target?: string | null;
}

export interface WidgetMeta {
  id: string;
  key: string;
  label: LocaleText;
  metric: string;
  chart: string;
  dimensions: string[];
  width?: number;
  height?: number;
}

export interface DashboardMeta {
  key: string;
  label: LocaleText;
  widgets: WidgetMeta[];
}

export interface NavigationMeta {
  key: string;
  view?: string | null;
  dashboard?: string | null;
}

/** A value that a calculation is given; `taken` where a record gives it. */
export interface InputMeta {
  key: string;
  label: LocaleText;
  type: string;
  scale?: number;
  required: boolean;
  taken: boolean;
  expression?: string | null;
  trees?: Trees;
}

export interface CalculationMeta {
  id: string;
  key: string;
  label: LocaleText;
  description?: LocaleText | null;
  entity?: string;
  inputs: InputMeta[];
  lines: { key: string; label: LocaleText; type: string; scale: number }[];
  result: string;
}

export interface AppMeta {
  key: string;
  version: number;
  label: LocaleText;
  settings: { currency?: string; zone?: string; default_locale?: string; locales?: string[] };
  roles: string[];
  rights: string[];
  entities: EntityMeta[];
  forms: FormMeta[];
  views: ViewMeta[];
  pipelines: PipelineMeta[];
  metrics: MetricMeta[];
  dashboards: DashboardMeta[];
  navigation: NavigationMeta[];
  calculations: CalculationMeta[];
}

/** The app as whoever is signed in may know it; asked again now and then, since it may be published anew. */
export function useApp(key: string | undefined) {
  return useQuery({
    queryKey: ["app", key],
    queryFn: async ({ signal }) => (await ask<AppMeta>(`/apps/${key}`, { signal })).data,
    enabled: Boolean(key),
    staleTime: 60_000,
  });
}

export interface AppCard {
  key: string;
  version: number;
  label: LocaleText;
  roles: string[];
}

export function useApps(enabled: boolean) {
  return useQuery({
    queryKey: ["apps"],
    queryFn: async ({ signal }) => (await ask<{ items: AppCard[] }>("/apps", { signal })).data.items,
    enabled,
  });
}

/** The text in `locale`, else in Chinese, else any. */
export function localise(text: LocaleText | null | undefined, locale: string): string {
  if (!text) return "";
  return text[locale] ?? text["zh-CN"] ?? Object.values(text)[0] ?? "";
}
