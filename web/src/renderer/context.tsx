import { createContext, type ReactNode, useContext, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { type AppMeta, type EntityMeta, type FieldMeta, type LocaleText, localise } from "@/metadata/app";
import { SYSTEM_FIELDS } from "@/metadata/system";

/** The app that is shown, with what screens look up in it. */
export interface AppView {
  app: AppMeta;
  language: string;
  entity(key: string): EntityMeta | undefined;
  /** A field of an entity, system fields among them, by its name on the wire. */
  field(entity: string, key: string): FieldMeta | undefined;
  text(text: LocaleText | null | undefined): string;
}

const Context = createContext<AppView | null>(null);

export function AppProvider(props: { app: AppMeta; children: ReactNode }) {
  const { i18n } = useTranslation();
  const view = useMemo(() => makeView(props.app, i18n.language), [props.app, i18n.language]);
  return <Context.Provider value={view}>{props.children}</Context.Provider>;
}

export function makeView(app: AppMeta, language: string): AppView {
  const entities = new Map(app.entities.map((entity) => [entity.key, entity]));
  const fields = new Map(
    app.entities.map((entity) => [entity.key, new Map(entity.fields.map((field) => [field.key, field]))]),
  );
  return {
    app,
    language,
    entity: (key) => entities.get(key),
    field: (entity, key) => fields.get(entity)?.get(key) ?? SYSTEM_FIELDS.get(key),
    text: (text) => localise(text, language),
  };
}

export function useAppView(): AppView {
  const view = useContext(Context);
  if (!view) throw new Error("no app is shown here");
  return view;
}
