import { TriangleAlert } from "lucide-react";
import type { RecordData } from "@/client/records";
import type { Lookup } from "@/expressions/evaluate";
import type { FieldMeta, FormItemMeta } from "@/metadata/app";
import { useAppView } from "../context";
import { Value } from "../fields/Value";
import { isBlank, isMet } from "./conditions";

interface SentenceProps {
  entity: string;
  item: FormItemMeta;
  lookup: Lookup;
  /** Where the facts are read from. */
  record: RecordData;
}

/**
 * A sentence of a form with the facts it speaks of; it is told aloud when it comes. One whose condition only the server
 * knows stays away.
 */
export function Sentence(props: SentenceProps) {
  const view = useAppView();
  const { item, record } = props;
  const isTrue = !item.visible || isMet(item.visible, item.trees, props.lookup, false);
  const facts = (item.facts ?? [])
    .map((key) => view.field(props.entity, key))
    .filter((field): field is FieldMeta => field !== undefined && !isBlank(record[field.key]));
  return (
    <div className="sentence" role="status" data-tone={item.tone} hidden={!isTrue}>
      {isTrue && (
        <>
          <p>
            {item.tone === "warning" && <TriangleAlert size={16} aria-hidden />}
            {view.text(item.text)}
          </p>
          {facts.length > 0 && (
            <dl>
              {facts.map((field) => (
                <div key={field.key}>
                  <dt>{view.text(field.label)}</dt>
                  <dd>
                    <Value entity={props.entity} field={field} record={record} />
                  </dd>
                </div>
              ))}
            </dl>
          )}
        </>
      )}
    </div>
  );
}
