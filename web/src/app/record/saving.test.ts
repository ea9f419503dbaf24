import { afterEach, expect, test, vi } from "vitest";
import { saveChanges } from "./saving";

const answers: { status: number; body: object }[] = [];
const asked: { headers: Record<string, string>; body: unknown }[] = [];

vi.stubGlobal("fetch", async (_url: string, init: RequestInit) => {
  asked.push({ headers: init.headers as Record<string, string>, body: JSON.parse(String(init.body)) });
  const answer = answers.shift();
  return new Response(JSON.stringify(answer?.body), { status: answer?.status ?? 500 });
});

afterEach(() => {
  answers.length = 0;
  asked.length = 0;
});

const stale = (version: number, changes: object) => ({
  status: 412,
  body: { code: "stale", version, changes },
});

test("what others changed beside is kept, and the change is made on top of it", async () => {
  answers.push(stale(4, { note: ["a", "b"] }), { status: 200, body: { id: "1", version: 5 } });
  const saved = await saveChanges("crm", "lead", "1", { name: "x" }, 3);
  expect(saved).toEqual({ record: { id: "1", version: 5 } });
  expect(asked.map((each) => each.headers["if-match"])).toEqual(['"3"', '"4"']);
});

test("the same field changed twice is a conflict that shows both", async () => {
  answers.push(stale(4, { name: ["a", "theirs"], note: ["a", "b"] }));
  const saved = await saveChanges("crm", "lead", "1", { name: "mine" }, 3);
  expect(saved).toEqual({ conflict: { version: 4, theirs: { name: "theirs" }, mine: { name: "mine" } } });
});

test("other refusals are the caller's", async () => {
  answers.push({ status: 422, body: { code: "invalid", detail: "no" } });
  await expect(saveChanges("crm", "lead", "1", { name: "" }, 3)).rejects.toMatchObject({ code: "invalid" });
});
