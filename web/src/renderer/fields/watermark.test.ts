import { expect, test } from "vitest";
import { exifMoment, linesOf } from "./watermark";

const mark = {
  person: "李敏",
  record: "锦绣花园",
  zone: "Asia/Shanghai",
  words: { taken: "拍摄", sent: "上传", place: "位置" },
};
const now = new Date("2026-01-31T00:30:00Z");

test("a picture of now says its moment once", () => {
  expect(linesOf(mark, "2026-01-31 08:28:10", now, null)).toEqual(["2026-01-31 08:30:00", "李敏 · 锦绣花园"]);
});

test("a picture from before keeps its own moment; the place stands where it is known", () => {
  expect(linesOf(mark, "2026-01-29 17:05:00", now, "30.2, 120.1")).toEqual([
    "拍摄 2026-01-29 17:05:00 · 上传 2026-01-31 08:30:00",
    "李敏 · 锦绣花园",
    "位置 30.2, 120.1",
  ]);
});

/** A JPEG head whose APP1 holds one directory that leads to another, which holds the moment. */
function head(moment: string): DataView {
  const bytes = new DataView(new ArrayBuffer(120));
  bytes.setUint16(0, 0xffd8);
  bytes.setUint16(2, 0xffe1);
  bytes.setUint16(4, 100);
  bytes.setUint32(6, 0x45786966);
  const start = 12;
  bytes.setUint16(start, 0x4949);
  bytes.setUint32(start + 4, 8, true);
  bytes.setUint16(start + 8, 1, true);
  bytes.setUint16(start + 10, 0x8769, true);
  bytes.setUint32(start + 18, 30, true);
  bytes.setUint16(start + 30, 1, true);
  bytes.setUint16(start + 32, 0x9003, true);
  bytes.setUint32(start + 40, 50, true);
  Array.from(moment).forEach((letter, index) => {
    bytes.setUint8(start + 50 + index, letter.charCodeAt(0));
  });
  return bytes;
}

test("the camera's own moment is read", () => {
  expect(exifMoment(head("2026:01:29 17:05:00"))).toBe("2026-01-29 17:05:00");
  expect(exifMoment(head("no moment at all..."))).toBe(null);
});

test("bytes that lead nowhere say nothing", () => {
  const bytes = head("2026:01:29 17:05:00");
  bytes.setUint32(30, 9_999, true);
  expect(exifMoment(bytes)).toBe(null);
  expect(exifMoment(new DataView(new ArrayBuffer(3)))).toBe(null);
});
