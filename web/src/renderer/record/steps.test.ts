import { expect, test } from "vitest";
import { stepsOf, type Trace } from "./steps";

const part = (text: string, value: unknown, children: Trace[] = [], computed = true): Trace => ({
  text,
  value,
  computed,
  children,
});

test("each part is told once, the innermost first, without what says itself", () => {
  const price = part("unit_price", "18.00");
  const trace = part("unit_price * 2 + unit_price", "54.00", [
    part("unit_price * 2", "36.00", [price, part("2", 2)]),
    price,
  ]);
  expect(stepsOf(trace)).toEqual([
    { text: "unit_price", value: "18.00" },
    { text: "unit_price * 2", value: "36.00" },
    { text: "unit_price * 2 + unit_price", value: "54.00" },
  ]);
});

test("what was not reached and what is empty", () => {
  expect(stepsOf(part("a or b", true, [part("a", true), part("b", null, [], false)]))).toEqual([
    { text: "a", value: "true" },
    { text: "a or b", value: "true" },
  ]);
  expect(stepsOf(part("note", null))).toEqual([{ text: "note", value: "–" }]);
});
