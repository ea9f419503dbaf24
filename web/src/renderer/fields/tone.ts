import type { AppMeta, FieldMeta } from "@/metadata/app";
import { optionsOf } from "./options";

const OUTCOMES: Record<string, string> = { open: "blue", won: "green", lost: "red" };
/** Colours of the document that the palette knows; grey is plain. */
const COLOURS: Record<string, string> = {
  blue: "blue",
  green: "green",
  red: "red",
  orange: "orange",
  yellow: "gold",
  purple: "purple",
  cyan: "cyan",
  grey: "default",
  gray: "default",
};

/** The colour of a choice: its author's, else of a stage what its outcome means; all else stays plain. */
export function toneOf(app: AppMeta, entity: string, field: FieldMeta, key: string): string {
  if (field.type !== "stage") {
    const option = optionsOf(field).find((each) => each.key === key);
    return COLOURS[option?.colour ?? ""] ?? "default";
  }
  const stages = app.pipelines
    .filter((each) => each.entity === entity && each.field === field.key)
    .flatMap((each) => each.stages);
  const stage = stages.find((each) => each.key === key);
  return COLOURS[stage?.colour ?? ""] ?? OUTCOMES[stage?.outcome ?? "open"] ?? "default";
}
