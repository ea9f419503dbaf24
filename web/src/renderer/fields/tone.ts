import type { AppMeta, FieldMeta } from "@/metadata/app";

const OUTCOMES: Record<string, string> = { open: "blue", won: "green", lost: "red" };

/** The colour of a choice: of a stage what its outcome means; all else stays plain, so that colour means something. */
export function toneOf(app: AppMeta, entity: string, field: FieldMeta, key: string): string {
  if (field.type !== "stage") return "default";
  const stages = app.pipelines
    .filter((each) => each.entity === entity && each.field === field.key)
    .flatMap((each) => each.stages);
  return OUTCOMES[stages.find((stage) => stage.key === key)?.outcome ?? "open"] ?? "default";
}
