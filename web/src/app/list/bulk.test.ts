import { expect, test } from "vitest";
import type { BulkResult } from "@/client/bulk";
import { sortResults } from "./bulk";

const problem = (more: object) => ({ type: "", title: "", status: 409, code: "x", detail: "no", ...more });

test("each refused row keeps its reason, as exact as it came", () => {
  const results: BulkResult[] = [
    { index: 0, status: 200, id: "a" },
    {
      index: 1,
      status: 409,
      error: problem({ unmet: [{ key: "k", kind: "field", message: "须填写“金额”" }] }),
    },
    { index: 2, status: 404, error: problem({ detail: "没有找到" }) },
  ];
  expect(sortResults(["a", "b", "c"], results)).toEqual({
    done: 1,
    left: [
      { id: "b", why: "须填写“金额”" },
      { id: "c", why: "没有找到" },
    ],
  });
});
