import { afterEach, expect, test } from "vitest";
import { draftKey, dropAllDrafts, dropDraft, keepDraft, readDraft } from "./drafts";

afterEach(() => localStorage.clear());

test("what was typed is there again, for the same person and form only", () => {
  const key = draftKey("u1", "crm", "lead");
  keepDraft(key, { name: "王" });
  expect(readDraft(key)?.values).toEqual({ name: "王" });
  expect(readDraft(draftKey("u2", "crm", "lead"))).toBeNull();
  dropDraft(key);
  expect(readDraft(key)).toBeNull();
});

test("signing out takes all drafts along, and nothing else", () => {
  keepDraft(draftKey("u1", "crm", "lead"), {});
  localStorage.setItem("dougong.theme", "dark");
  dropAllDrafts();
  expect(Object.keys(localStorage)).toEqual(["dougong.theme"]);
});

test("what cannot be read is no draft", () => {
  localStorage.setItem(draftKey("u1", "crm", "lead"), "{");
  expect(readDraft(draftKey("u1", "crm", "lead"))).toBeNull();
});
