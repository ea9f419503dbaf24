import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import en from "./en.json";
import zh from "./zh-CN.json";

type Texts = { [key: string]: string | Texts };

function keysOf(texts: Texts, before = ""): string[] {
  return Object.entries(texts).flatMap(([key, value]) =>
    typeof value === "string" ? [before + key] : keysOf(value, `${before}${key}.`),
  );
}

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? sources(path) : /\.tsx?$/.test(entry.name) ? [path] : [];
  });
}

test("both languages say the same things", () => {
  expect(keysOf(en).sort()).toEqual(keysOf(zh).sort());
});

test("every text that a screen asks for is there", () => {
  const known = new Set(keysOf(zh));
  const plural = (key: string) => known.has(`${key}_one`) || known.has(`${key}_other`);
  const missing = sources(join(process.cwd(), "src"))
    .filter((path) => !path.includes(".test."))
    .flatMap((path) =>
      [...readFileSync(path, "utf8").matchAll(/\bt\(\s*"([^"]+)"/g)].map((found) => found[1] ?? ""),
    )
    .filter((key) => !known.has(key) && !plural(key));
  expect(missing).toEqual([]);
});
