import { expect, test } from "vitest";
import { ApiProblem } from "@/client/problem";
import { changedOf, fieldErrors, inOrder, insideOf, isAway, pathsOf } from "./people";

const NODES = [
  { id: "a", parent_id: null, name: "总部" },
  { id: "b", parent_id: "a", name: "宁波组" },
  { id: "c", parent_id: "a", name: "杭州组" },
  { id: "d", parent_id: "c", name: "一队" },
];

test("only what differs is sent, and nothing is the same as null", () => {
  const before = { name: "张三", team_id: null, roles: { crm: ["rep"] } };
  expect(changedOf(before, { name: "张三", team_id: null, roles: { crm: ["rep"] } })).toEqual({});
  expect(changedOf(before, { name: "张三", email: null, team_id: "a", roles: { crm: [] } })).toEqual({
    team_id: "a",
    roles: { crm: [] },
  });
});

test("refusals stand at their fields, a taken name at the one that is unique", () => {
  const unique = { field: "username", message: "已被占用" };
  const problem = (code: string, pointer = "") =>
    new ApiProblem({
      type: "",
      title: "",
      status: 422,
      code,
      detail: "",
      errors: pointer ? [{ field: "x", pointer, code: "required", message: "必填" }] : [],
    });
  expect(fieldErrors(problem("invalid", "/roles/crm/0"), unique)).toEqual({ roles: "必填" });
  expect(fieldErrors(problem("unique"), unique)).toEqual({ username: "已被占用" });
  expect(fieldErrors(problem("forbidden"), unique)).toEqual({});
  expect(fieldErrors(new Error("x"), unique)).toEqual({});
});

test("a tree is told by paths, in its order, and knows what is inside of a node", () => {
  expect(pathsOf(NODES).get("d")).toBe("总部 / 杭州组 / 一队");
  expect(inOrder(NODES, "zh-CN").map((node) => node.id)).toEqual(["a", "c", "d", "b"]);
  expect([...insideOf(NODES, "c")]).toEqual(["c", "d"]);
});

test("somebody is away from one moment to another, or until further notice", () => {
  const now = Date.parse("2026-05-02T00:00:00Z");
  const away = (absent_from: string | null, absent_to: string | null) =>
    isAway({ absent_from, absent_to }, now);
  expect(away(null, null)).toBe(false);
  expect(away("2026-05-01T00:00:00Z", null)).toBe(true);
  expect(away("2026-05-03T00:00:00Z", null)).toBe(false);
  expect(away("2026-05-01T00:00:00Z", "2026-05-02T00:00:00Z")).toBe(false);
});
