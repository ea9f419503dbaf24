import { expect, test } from "vitest";
import type { PipelineMeta, StageMeta, TransitionMeta } from "@/metadata/app";
import { demandsOf, waysOf } from "./ways";

const stage = (key: string, outcome = "open", more: Partial<StageMeta> = {}): StageMeta => ({
  id: key,
  key,
  label: {},
  outcome,
  required_fields: [],
  ...more,
});
const pipeline = (stages: StageMeta[], transitions: TransitionMeta[] = []): PipelineMeta => ({
  id: "p",
  key: "p",
  entity: "deal",
  field: "stage",
  label: {},
  stages,
  transitions,
});
const stages = [stage("need"), stage("quote"), stage("won", "won"), stage("lost", "lost")];

test("what lies behind is done, but not the other ends", () => {
  expect(waysOf(pipeline(stages), "won").map((way) => way.state)).toEqual(["done", "done", "here", "ahead"]);
  expect(waysOf(pipeline(stages), "lost").map((way) => way.state)).toEqual([
    "ahead",
    "ahead",
    "ahead",
    "here",
  ]);
});

test("of several good ends the former ones were gone through", () => {
  const ends = [stage("signed", "won"), stage("running", "won"), stage("asleep")];
  expect(waysOf(pipeline(ends), "running").map((way) => way.state)).toEqual(["done", "here", "ahead"]);
  expect(waysOf(pipeline(ends), "asleep").map((way) => way.state)).toEqual(["ahead", "ahead", "here"]);
});

test("without transitions all ways are open, with them only theirs", () => {
  expect(waysOf(pipeline(stages), "need").map((way) => way.isOpen)).toEqual([false, true, true, true]);
  const ways = waysOf(
    pipeline(stages, [
      { key: "price", from: ["need"], to: "quote" },
      { key: "lose", to: "lost" },
    ]),
    "need",
  );
  expect(ways.map((way) => way.isOpen)).toEqual([false, true, false, true]);
});

test("a gate that asks for nothing is none", () => {
  const empty = { fields: [], evidence: [], actions: [], people: [], criteria: [] };
  const asking = { ...empty, fields: ["reason"] };
  const ways = waysOf(
    pipeline([stage("a", "open", { gate: empty }), stage("b", "open", { gate: asking })]),
    "a",
  );
  expect(ways.map((way) => way.isGated)).toEqual([false, true]);
});

test("a stage says what it asks for", () => {
  const gate = {
    fields: ["reason"],
    evidence: [{ key: "scan", label: { en: "Scan" }, minimum: 1, accept: [] }],
    actions: [],
    people: [],
    criteria: [],
  };
  const asking = stage("lost", "lost", { gate, required_fields: ["hidden"] });
  const labels = demandsOf(asking, (key) => (key === "reason" ? { en: "Reason" } : undefined));
  expect(labels.map((label) => label.en)).toEqual(["Reason", "Scan"]);
});
