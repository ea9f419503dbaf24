/** A part of an expression with its value, as the server's own evaluator noted it. */
export interface Trace {
  text: string;
  value: unknown;
  computed: boolean;
  children: Trace[];
}

export interface Step {
  text: string;
  value: string;
}

const MOST_STEPS = 12;

/** What a person reads of a trace: each part once, the innermost first; what is written as its value is left out. */
export function stepsOf(trace: Trace): Step[] {
  const steps = new Map<string, string>();
  const visit = (part: Trace) => {
    for (const child of part.children) visit(child);
    const value = said(part.value);
    if (part.computed && value !== part.text && !steps.has(part.text)) steps.set(part.text, value);
  };
  visit(trace);
  return [...steps].map(([text, value]) => ({ text, value })).slice(-MOST_STEPS);
}

function said(value: unknown): string {
  if (value === null || value === undefined) return "–";
  return typeof value === "string" ? value : JSON.stringify(value);
}
