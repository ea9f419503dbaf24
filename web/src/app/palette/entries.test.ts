import { expect, test } from "vitest";
import type { AppMeta } from "@/metadata/app";
import { commandsOf, entityOrder } from "./entries";

const app = {
  key: "crm",
  entities: [
    { key: "lead", label: { "zh-CN": "线索" }, acts: ["create"], search: true },
    { key: "note", label: { "zh-CN": "笔记" }, acts: [], search: false },
    { key: "deal", label: { "zh-CN": "商机" }, acts: [], search: true },
  ],
  views: [
    { key: "deals", entity: "deal" },
    { key: "leads", entity: "lead" },
    { key: "my_leads", entity: "lead" },
    { key: "notes", entity: "note" },
  ],
  navigation: [
    { view: "deals" },
    { view: "leads" },
    { view: "my_leads" },
    { view: "notes" },
    { dashboard: "x" },
  ],
} as unknown as AppMeta;
const places = [{ key: "view:leads", label: "全部线索", icon: null, path: "/apps/crm/views/leads" }];

test("what can be made is offered once something was typed", () => {
  expect(commandsOf(app, places, "zh-CN", "").map((entry) => entry.group)).toEqual(["places"]);
  expect(commandsOf(app, places, "zh-CN", "线").map((entry) => entry.group)).toEqual(["places", "create"]);
  expect(commandsOf(app, places, "zh-CN", "商")).toEqual([]);
});

test("what was found stands in the order of the menu, entities that are not in it last", () => {
  const order = entityOrder(app);
  expect(["note", "lead", "deal"].sort((one, other) => order(one) - order(other))).toEqual([
    "deal",
    "lead",
    "note",
  ]);
});
