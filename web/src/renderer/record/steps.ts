/** A part of an expression with its value, as the server's own evaluator noted it. */
export interface Trace {
  text: string;
  value: unknown;
  computed: boolean;
  children: Trace[];
}

export interface Step {
  text: string;
  value: unknown;
}

const MOST_STEPS = 12;

/** What a person reads of a trace: each part once, the innermost first; what is written as its value is left out. */
export function stepsOf(trace: Trace): Step[] {
  const steps = new Map<string, unknown>();
  const visit = (part: Trace) => {
    for (const child of part.children) visit(child);
    if (part.computed && String(part.value) !== part.text && !steps.has(part.text))
      steps.set(part.text, part.value);
  };
  visit(trace);
  return [...steps].map(([text, value]) => ({ text, value })).slice(-MOST_STEPS);
}

/** A value that is no field's: decimals without the zeros that a wide scale brings along. */
export function plainly(value: unknown): string {
  if (value === null || value === undefined) return "–";
  if (typeof value !== "string") return JSON.stringify(value);
  return /^-?\d+\.\d+$/.test(value) ? value.replace(/\.?0+$/, "") : value;
}
