import { useEffect, useRef, useSyncExternalStore } from "react";

/** A key that does something on the page, as the sheet of all of them tells. */
export interface Shortcut {
  /** How the keys are written in the sheet; those that are one character are listened to. */
  keys: string[];
  /** What it does, in words. */
  label: string;
  /** Absent where a part of the page listens itself. */
  run?: () => void;
}

export interface ShortcutGroup {
  title: string;
  shortcuts: Shortcut[];
}

let groups: readonly ShortcutGroup[] = [];
const listeners = new Set<() => void>();

function change(next: readonly ShortcutGroup[]): void {
  groups = next;
  for (const tell of listeners) tell();
}

/** The shortcuts of everything that is on the page now. */
export function useAllShortcuts(): readonly ShortcutGroup[] {
  return useSyncExternalStore(
    (tell) => {
      listeners.add(tell);
      return () => listeners.delete(tell);
    },
    () => groups,
  );
}

/** Adds shortcuts as long as the component is there. */
export function useShortcuts(title: string, shortcuts: Shortcut[]): void {
  const latest = useRef(shortcuts);
  latest.current = shortcuts;
  const words = JSON.stringify(shortcuts);
  useEffect(() => {
    const said = JSON.parse(words) as Shortcut[];
    const group: ShortcutGroup = {
      title,
      shortcuts: said.map((each, index) => {
        const run = latest.current[index]?.run && (() => latest.current[index]?.run?.());
        return run ? { ...each, run } : each;
      }),
    };
    change([...groups, group]);
    return () => change(groups.filter((each) => each !== group));
  }, [title, words]);
}

/** What a Chinese keyboard writes for a key. */
const SAME: Record<string, string> = { "？": "?", "／": "/", "、": "/" };

/** The key of an event that may be a shortcut; null while somebody types, composes, or has a dialog open. */
export function plainKey(event: KeyboardEvent): string | null {
  if (event.defaultPrevented || event.isComposing || event.keyCode === 229) return null;
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  const at = event.target instanceof Element ? event.target : null;
  if (at?.closest("input:not([type=checkbox]), textarea, select, [contenteditable=true], [role=menu]"))
    return null;
  if ([...document.querySelectorAll("[role=dialog]")].some((each) => each.getClientRects().length > 0))
    return null;
  return SAME[event.key] ?? event.key;
}

/** Listens for all shortcuts of the page. */
export function useShortcutKeys(): void {
  useEffect(() => {
    function onKey(event: KeyboardEvent) {
      const key = plainKey(event);
      if (key === null) return;
      const found = groups
        .flatMap((group) => group.shortcuts)
        .findLast((each) => each.run && each.keys.some((one) => one.length === 1 && one === key));
      if (!found?.run) return;
      event.preventDefault();
      found.run();
    }
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
}
