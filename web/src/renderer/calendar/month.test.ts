import dayjs from "dayjs";
import { expect, test } from "vitest";
import { between, dayOf, daysOf, monthOf } from "./month";

test("a sheet is made of whole weeks from Monday", () => {
  const days = daysOf(dayjs("2026-11-15")).map((day) => day.format("YYYY-MM-DD"));
  expect([days[0], days.at(-1), days.length % 7]).toEqual(["2026-10-26", "2026-12-06", 0]);
  expect(daysOf(dayjs("2027-02-01"))).toHaveLength(28);
});

test("an address that names no month means this one", () => {
  const today = dayjs("2026-11-28");
  expect(monthOf("2026-02", today).format("YYYY-MM")).toBe("2026-02");
  expect(monthOf("2026-13", today).format("YYYY-MM")).toBe("2026-11");
  expect(monthOf(null, today).format("YYYY-MM-DD")).toBe("2026-11-01");
});

test("moments are asked for and shown by their local day", () => {
  const [first, last] = [dayjs("2026-11-01"), dayjs("2026-11-30")];
  expect(between("due", false, first, last)).toBe('due >= "2026-11-01" and due <= "2026-11-30"');
  expect(between("due", true, first, last)).toContain("DATE(due) >=");
  expect(dayOf("2026-11-30T20:00:00Z", true, "Asia/Shanghai")).toBe("2026-12-01");
  expect(dayOf("2026-11-30", false, "Asia/Shanghai")).toBe("2026-11-30");
});
