import type { AppMeta } from "@/metadata/app";
import { localise } from "@/metadata/app";
import { importPath, newPath, type Place } from "../shell/navigation";

/** Something that the palette leads to. */
export interface Entry {
  key: string;
  group: "places" | "create" | "import" | "records";
  label: string;
  hint: string;
  /** The words around the place where it was found. */
  detail?: string;
  icon: string | null;
  path: string;
}

/** Where one can go, and what one can make, as far as its name holds what was typed. */
export function commandsOf(app: AppMeta, places: Place[], language: string, typed: string): Entry[] {
  const wanted = typed.toLowerCase();
  const fits = (entry: Entry) => entry.label.toLowerCase().includes(wanted);
  const going = places.map((place): Entry => ({ ...place, group: "places", hint: "" }));
  const acts = (act: "create" | "import", pathOf: (app: string, entity: string) => string) =>
    app.entities
      .filter((entity) => entity.acts.includes(act))
      .map(
        (entity): Entry => ({
          key: `${act}:${entity.key}`,
          group: act,
          label: localise(entity.label, language),
          hint: "",
          icon: entity.icon ?? null,
          path: pathOf(app.key, entity.key),
        }),
      );
  const making = [...acts("create", newPath), ...acts("import", importPath)];
  return [...going.filter(fits), ...(typed ? making.filter(fits) : [])];
}

/** Where an entity stands among what was found: those of the menu in its order, then the others. */
export function entityOrder(app: AppMeta): (entity: string) => number {
  const shown = app.navigation.flatMap((item) => {
    const view = app.views.find((each) => each.key === item.view);
    return view ? [view.entity] : [];
  });
  const places = new Map([...new Set(shown)].map((entity, index) => [entity, index]));
  return (entity) => places.get(entity) ?? places.size;
}
