import { expect, test } from "vitest";
import { formatAgo, formatInstant, formatMoney, formatValue, groupDigits, shift } from "./format";

const manner = { language: "zh-CN", currency: "CNY", zone: "Asia/Shanghai" };

test.each([
  ["0.4", 2, "40"],
  ["0.0325", 2, "3.25"],
  ["12.5", -2, "0.125"],
  ["5", -2, "0.05"],
  ["100", -2, "1"],
  ["-3", -2, "-0.03"],
  ["0", 2, "0"],
])("%s times 10^%d is %s", (text, places, expected) => {
  expect(shift(text, places)).toBe(expected);
});

test("money is exact, whatever its size", () => {
  expect(formatMoney("123456789012345.67", "CNY")).toBe("¥123,456,789,012,345.67");
  expect(formatMoney("412.0000", "CNY")).toBe("¥412.00");
  expect(formatMoney("379.0450", "CNY")).toBe("¥379.045");
  expect(formatMoney("300000", "CNY")).toBe("¥300,000");
  expect(groupDigits("-1234.50")).toBe("−1,234.50");
});

test("a moment is told in the zone of the workspace", () => {
  expect(formatInstant("2026-01-10T23:30:00Z", manner)).toBe("2026-01-11 07:30");
});

test("what is near is told in words, what is far by its day", () => {
  const now = new Date("2026-01-10T12:00:00Z");
  expect(formatAgo("2026-01-10T11:30:00Z", manner, now)).toBe("30分钟前");
  expect(formatAgo("2026-01-01T11:30:00Z", manner, now)).toBe("2026-01-01");
});

test("a year has no thousands", () => {
  const whole = (minimum?: number, maximum?: number) =>
    ({ type: "integer", minimum, maximum }) as unknown as Parameters<typeof formatValue>[0];
  expect(formatValue(whole(2000, 2100), 2026, manner)).toBe("2026");
  expect(formatValue(whole(0), 2026, manner)).toBe("2,026");
  expect(formatValue(whole(), 2026, manner)).toBe("2,026");
});
