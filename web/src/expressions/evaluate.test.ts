import { expect, test } from "vitest";
import { Decimal } from "./decimal";
import { evaluate, holds, type Lookup, type Tree } from "./evaluate";

const record: Record<string, string | null | Decimal | string[]> = {
  stage: "lost",
  reason: null,
  empty: "",
  amount: Decimal.of("300000.00"),
  tags: ["a", "b"],
};
const lookup: Lookup = { name: ([key = "", ...more]) => (more.length > 0 ? undefined : record[key]) };
const name = (key: string): Tree => ["name", key];
const value = (given: unknown): Tree => ["value", given];

test.each<[string, Tree, unknown]>([
  ["equal", ["==", name("stage"), value("lost")], true],
  ["a decimal equals the same number at another scale", ["==", name("amount"), ["number", "300000"]], true],
  ["exact sums", ["==", ["+", ["number", "0.1"], ["number", "0.2"]], ["number", "0.30"]], true],
  ["order", [">=", name("amount"), ["number", "299999.99"]], true],
  ["null spreads through a comparison", ["==", name("reason"), value("x")], null],
  ["not null is null", ["not", ["==", name("reason"), value("x")]], null],
  ["true or null is true", ["or", ["==", name("reason"), value("x")], value(true)], true],
  ["true and null is null", ["and", value(true), ["==", name("reason"), value("x")]], null],
  ["false and null is false", ["and", ["==", name("reason"), value("x")], value(false)], false],
  ["member", ["in", name("stage"), ["list", value("won"), value("lost")]], true],
  ["no member, with a null among them", ["in", name("stage"), ["list", value("won"), value(null)]], null],
  ["not in", ["not in", name("stage"), ["list", value("won")]], true],
  ["blank: null", ["call", "ISBLANK", name("reason")], true],
  ["blank: an empty text", ["call", "ISBLANK", name("empty")], true],
  ["not blank", ["call", "ISBLANK", name("tags")], false],
  ["the first that is there", ["call", "COALESCE", name("reason"), name("stage")], "lost"],
  ["a null condition takes the other way", ["call", "IF", value(null), value("a"), value("b")], "b"],
  ["a name behind a relation is the server's", ["==", ["name", "account", "level"], value("A")], undefined],
  ["without a clock a word of time is the server's", ["call", "TODAY"], undefined],
  ["an aggregate is the server's", ["==", ["server"], value("A")], undefined],
  ["what is decided without the server is decided", ["or", ["server"], value(true)], true],
])("%s", (_, tree, expected) => {
  expect(evaluate(tree, lookup)).toEqual(expected);
});

test("what only the server knows is as the page says", () => {
  expect(holds(["call", "TODAY"], lookup, true)).toBe(true);
  expect(holds(["call", "TODAY"], lookup, false)).toBe(false);
  expect(holds(["==", name("reason"), value("x")], lookup, true)).toBe(false);
});

test("texts compare by code points", () => {
  expect(evaluate(["<", value("\uffee"), value("\u{1f600}")], lookup)).toBe(true);
});
