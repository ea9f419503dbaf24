// What the browser must load before the first page can be seen, and before any other page; gzipped. Fails above the budget.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const FIRST_PAGE = 400_000;
const CHUNK = 250_000;
const built = fileURLToPath(new URL("../../api/static/app", import.meta.url));
const manifest = JSON.parse(readFileSync(`${built}/.vite/manifest.json`, "utf8"));
const sizeOf = (key) => gzipSync(readFileSync(`${built}/${manifest[key].file}`), { level: 9 }).length;

/** A chunk with all that it imports at once. */
function withImports(key, seen = new Set()) {
  if (seen.has(key)) return seen;
  seen.add(key);
  for (const each of manifest[key].imports ?? []) withImports(each, seen);
  return seen;
}

const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
const entry = Object.keys(manifest).find((key) => manifest[key].isEntry);
const first = withImports(entry);
const firstSize = [...first].reduce((sum, key) => sum + sizeOf(key), 0);
let failed = firstSize > FIRST_PAGE;
process.stdout.write(`first page: ${kilobytes(firstSize)} of ${kilobytes(FIRST_PAGE)}\n`);
for (const key of Object.keys(manifest).filter((each) => manifest[each].isDynamicEntry)) {
  const more = [...withImports(key)].filter((each) => !first.has(each));
  const size = more.reduce((sum, each) => sum + sizeOf(each), 0);
  failed ||= size > CHUNK;
  process.stdout.write(`${manifest[key].name}: ${kilobytes(size)} of ${kilobytes(CHUNK)}\n`);
}
process.exitCode = failed ? 1 : 0;
