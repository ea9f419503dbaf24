import { useTranslation } from "react-i18next";
import { type RecordFile, useRecordFiles } from "@/client/files";
import { type AppView, useAppView } from "../context";
import { FileList } from "../fields/inputs/FilesInput";

/** Every file that a record shows: of its fields, and what was shown at its gates; each under what it is for. */
export function RecordFiles(props: { entity: string; id: string }) {
  const { t } = useTranslation();
  const view = useAppView();
  const files = useRecordFiles(view.app.key, props.entity, props.id).data ?? [];
  if (files.length === 0) return null;
  const byPurpose = Map.groupBy(files, (file) => purposeOf(view, props.entity, file));
  return (
    <section className="section" aria-labelledby="files-title">
      <h2 id="files-title">{t("record.files")}</h2>
      {[...byPurpose].map(([purpose, found]) => (
        <div key={purpose} className="files-of">
          <span className="muted">{purpose}</span>
          <FileList files={found} />
        </div>
      ))}
    </section>
  );
}

/** The field that holds a file, or the requirement that it was shown for, by its label. */
function purposeOf(view: AppView, entity: string, file: RecordFile): string {
  if (file.field) return view.text(view.field(entity, file.field)?.label) || file.field;
  return evidenceLabel(view, entity, file.requirement ?? "");
}

export function evidenceLabel(view: AppView, entity: string, key: string): string {
  const asked = view.app.pipelines
    .filter((each) => each.entity === entity)
    .flatMap((each) => [...each.stages, ...each.transitions])
    .flatMap((part) => part.gate?.evidence ?? []);
  const found = asked.find((each) => each.key === key);
  return found ? view.text(found.label) : key;
}
