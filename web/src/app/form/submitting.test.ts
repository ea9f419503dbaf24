import { expect, test } from "vitest";
import { ApiProblem } from "@/client/problem";
import { changedOf, sortRefusal } from "./submitting";

test("a new record sends what is there, another only what is different", () => {
  expect(changedOf({}, { name: "王", phone: null, tags: [] }, "create")).toEqual({ name: "王" });
  const record = { name: "王", phone: "1", tags: ["a"], note: null };
  expect(changedOf(record, { ...record, phone: null, tags: ["a"], note: undefined }, "update")).toEqual({
    phone: null,
  });
});

const problem = (more: object) =>
  new ApiProblem({ type: "", title: "", status: 422, code: "invalid", detail: "no", ...more });

test("complaints stand at their fields, the others together", () => {
  const sorted = sortRefusal(
    problem({
      errors: [
        { field: "email", pointer: "/email", code: "bad_email", message: "bad" },
        { field: "", pointer: "", code: "rule", message: "together" },
      ],
    }),
    "no",
  );
  expect(sorted).toEqual({ title: "no", fields: { email: "bad" }, others: ["together"] });
});

test("a refused duplicate names the records", () => {
  const duplicates = [{ rule: "same_phone", label: {}, records: ["1"] }];
  expect(sortRefusal(problem({ code: "duplicate", duplicates }), "no").duplicates).toEqual(duplicates);
});
