import { expect, test } from "vitest";
import { ApiProblem } from "@/client/problem";
import type { EntityMeta } from "@/metadata/app";
import { changedOf, sortRefusal } from "./submitting";

const entity = { fields: [{ key: "price", default_expression: "item.price" }] } as unknown as EntityMeta;

test("a new record sends what is there, another only what is different", () => {
  expect(changedOf({}, { name: "王", phone: null, tags: [] }, "create", entity)).toEqual({
    name: "王",
  });
  expect(changedOf({}, { name: "王", price: null }, "create", entity)).toEqual({ name: "王", price: null });
  const record = { name: "王", phone: "1", tags: ["a"], note: null };
  expect(
    changedOf(record, { ...record, phone: null, tags: ["a"], note: undefined }, "update", entity),
  ).toEqual({
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
