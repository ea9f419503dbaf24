import type { ReactNode } from "react";

/** A short word in its tone; the tones hold their contrast on light and dark. */
export function Chip(props: { tone: string; children: ReactNode }) {
  return (
    <span className="chip" data-tone={props.tone}>
      {props.children}
    </span>
  );
}
