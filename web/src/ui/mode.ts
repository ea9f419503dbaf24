import { useSyncExternalStore } from "react";
import type { Mode } from "./theme";

export type Choice = Mode | "system";

const KEY = "dougong.theme";
const query = () => window.matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set<() => void>();

export function modeChoice(): Choice {
  const kept = localStorage.getItem(KEY);
  return kept === "light" || kept === "dark" ? kept : "system";
}

export function chooseMode(choice: Choice): void {
  localStorage.setItem(KEY, choice);
  for (const tell of listeners) tell();
}

function current(): Mode {
  const choice = modeChoice();
  return choice === "system" ? (query().matches ? "dark" : "light") : choice;
}

/** Light or dark: what was chosen on this device, else what the system says. */
export function useMode(): Mode {
  return useSyncExternalStore((tell) => {
    const media = query();
    listeners.add(tell);
    media.addEventListener("change", tell);
    return () => {
      listeners.delete(tell);
      media.removeEventListener("change", tell);
    };
  }, current);
}
