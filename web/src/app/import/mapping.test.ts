import { expect, test } from "vitest";
import type { ImportAsked, ImportTarget } from "@/client/imports";
import { askedOf, chosenOf, guess, isSame, type Kind, keptOf, missingOf } from "./mapping";

const target = (key: string, label: string, more: Partial<ImportTarget> = {}): ImportTarget => ({
  key,
  label: { "zh-CN": label, en: key },
  part: "field",
  field: key,
  required: false,
  match: false,
  ...more,
});
const TARGETS = [
  target("name", "姓名", { required: true }),
  target("phone", "手机"),
  target("email", "邮箱"),
  target("company", "公司"),
  target("note", "备注"),
  target("source", "线索来源"),
  target("created_at", "创建时间", { part: "moment" }),
  target("id", "记录 ID", { part: "id", match: true }),
];
const KINDS: Record<string, Kind> = {
  phone: { type: "phone", words: [] },
  email: { type: "email", words: [] },
  source: { type: "option", words: ["fair", "展会", "Trade fair", "website", "官网"] },
};
const kindOf = (each: ImportTarget) => KINDS[each.key];
const ASKED: ImportAsked = {
  mapping: { fields: { name: { column: "姓名" }, note: { value: "展会" } }, columns: {} },
  match: null,
  mode: "normal",
  clears: false,
};

test("a column is guessed by a part of its name and by what its values look like", () => {
  const columns = [
    { name: "客户姓名", samples: ["王一"] },
    { name: "联系电话", samples: ["13800000001", "0571-88880000", "", "无"] },
    { name: "E-mail", samples: ["a@b.cn"] },
    { name: "Notes", samples: [] },
    { name: "公司名称（全称）", samples: ["某某"] },
    { name: "公司", samples: ["某某"] },
    { name: "渠道", samples: ["展会", "官网", "展览"] },
    { name: "颜色", samples: ["红"] },
  ];
  expect(guess(columns, {}, TARGETS, kindOf)).toEqual({
    客户姓名: "name",
    联系电话: "phone",
    "E-mail": "email",
    Notes: "note",
    公司: "company",
    渠道: "source",
  });
});

test("what is chosen already is guessed neither for another column nor anew", () => {
  const columns = [
    { name: "姓名", samples: [] },
    { name: "客户姓名", samples: [] },
    { name: "手机", samples: ["12"] },
  ];
  expect(guess(columns, { 姓名: "name" }, TARGETS, kindOf)).toEqual({ 手机: "phone" });
  expect(guess(columns, { 手机: "note" }, TARGETS, kindOf)).toEqual({ 姓名: "name" });
});

test("what the system keeps is meant only by its full name, and goes with its mode", () => {
  const columns = [
    { name: "创建", samples: [] },
    { name: "创建时间", samples: [] },
  ];
  expect(guess(columns, {}, TARGETS, kindOf)).toEqual({ 创建时间: "created_at" });
  const now = TARGETS.filter((each) => each.part !== "moment");
  expect(keptOf({ 创建时间: "created_at", 名: "name" }, now)).toEqual({ 名: "name" });
});

test("the name of a record is never guessed to be its id, nor one letter to be a word", () => {
  expect(guess([{ name: "记录", samples: [] }], {}, TARGETS, kindOf)).toEqual({});
  expect(guess([{ name: "名", samples: [] }], {}, TARGETS, kindOf)).toEqual({});
});

test("a choice is asked for with what the job had beside columns", () => {
  const more = { match: "name", mode: "normal" as const, clears: true };
  const asked = askedOf(ASKED, { 姓名: "name", 电话: "phone" }, more);
  expect(asked.mapping.fields).toEqual({
    name: { column: "姓名" },
    phone: { column: "电话" },
    note: { value: "展会" },
  });
  expect(chosenOf(asked)).toEqual({ 姓名: "name", 电话: "phone" });
  expect(askedOf(ASKED, { 说明: "note" }, more).mapping.fields).toEqual({ note: { column: "说明" } });
});

test("only another wish is checked again, whatever the order of its columns", () => {
  const fields = { note: { value: "展会" }, name: { column: "姓名" } };
  expect(isSame(ASKED, { ...ASKED, mapping: { fields, columns: {} } })).toBe(true);
  expect(isSame(ASKED, { ...ASKED, match: "name" })).toBe(false);
  expect(isSame(ASKED, askedOf(ASKED, { 名字: "name" }, ASKED))).toBe(false);
});

test("what a new record needs and no column brings is named", () => {
  expect(missingOf(TARGETS, ASKED)).toEqual([]);
  expect(missingOf(TARGETS, askedOf(ASKED, {}, ASKED)).map((each) => each.key)).toEqual(["name"]);
});
