import { expect, test } from "vitest";
import { plainly, stepsOf, type Trace } from "./steps";

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

test("what was not reached is not told", () => {
  expect(stepsOf(part("a or b", true, [part("a", true), part("b", null, [], false)]))).toEqual([
    { text: "a", value: true },
    { text: "a or b", value: true },
  ]);
});

test.each([
  ["1.0000000000", "1"],
  ["-12.50", "-12.5"],
  ["100", "100"],
  [null, "–"],
  [true, "true"],
  ["1.x", "1.x"],
])("%s is shown as %s", (value, shown) => {
  expect(plainly(value)).toBe(shown);
});
