// Types of the platform's REST from its OpenAPI, and of documents from their JSON Schema.
// Run from tools/openapi, whose generators need TypeScript 5; the app itself is checked by TypeScript 7.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("./openapi", import.meta.url));
const web = fileURLToPath(new URL("..", import.meta.url));
const [openapi, schema] = process.argv.slice(2);
if (!openapi || !schema) throw new Error("usage: client.mjs OPENAPI.json APP.SCHEMA.json");
const run = (name, ...args) =>
  execFileSync(`${folder}/node_modules/.bin/${name}`, args, { stdio: "inherit" });
run("openapi-typescript", openapi, "-o", `${web}/src/client/schema.d.ts`);
run(
  "json2ts",
  "-i",
  schema,
  "-o",
  `${web}/src/metadata/document.d.ts`,
  "--additionalProperties=false",
  "--maxItems=-1",
);
