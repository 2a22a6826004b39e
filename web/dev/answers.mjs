// Makes TypeScript of what the server says it answers (the snapshot that its own tests keep true), so that the compiler
// can compare it with the types that the console is written against. `npm run check` does, with tests/api/agrees.ts.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";

const FROM = new URL("../../crates/avert/tests/avert/snapshots/avert__serve__answers.snap", import.meta.url);
const TO = new URL("../tests/api/", import.meta.url);
const REF = "#/components/schemas/";

const [, , text] = readFileSync(FROM, "utf8").split(/^---$/m);
const lines = text.split("\n").filter((line) => line !== "");
const answers = [];
const schemas = [];
for (const line of lines) {
  const at = line.search(/ [{[tf]/);
  const name = line.slice(0, at);
  const type = typeOf(JSON.parse(line.slice(at)));
  if (/^[A-Z]+ \//.test(name)) {
    answers.push(`  ${JSON.stringify(name)}: ${type};`);
  } else {
    schemas.push(`export type ${named(name)} = ${type};`);
  }
}
if (answers.length === 0 || schemas.length === 0) {
  throw new Error(`${FROM.pathname} tells of no answer`);
}
const written = ["// Made by dev/answers.mjs.", "export interface Answers {", ...answers, "}", ...schemas, ""].join(
  "\n",
);
mkdirSync(TO, { recursive: true });
writeFileSync(new URL("answers.d.ts", TO), written);

function named(name) {
  return `S_${name.replace(/\W/g, "_")}`;
}

/** A schema as a type. Whatever may be left out is taken to be there: the document does not tell null from absent. */
function typeOf(schema) {
  if (schema === true) {
    return "unknown";
  }
  const { $ref, properties, items, prefixItems, additionalProperties, allOf } = schema;
  const parts = [];
  if ($ref !== undefined) {
    parts.push(named($ref.slice(REF.length)));
  }
  if (schema.const !== undefined) {
    parts.push(JSON.stringify(schema.const));
  } else if (schema.enum !== undefined) {
    parts.push(either(schema.enum.map((one) => JSON.stringify(one))));
  } else if (properties !== undefined) {
    const fields = Object.entries(properties).map(([name, of]) => `${JSON.stringify(name)}: ${typeOf(of)}`);
    parts.push(`{ ${fields.join("; ")} }`);
  } else if (prefixItems !== undefined) {
    parts.push(`[${prefixItems.map(typeOf).join(", ")}]`);
  } else if (schema.type !== undefined) {
    const types = [schema.type].flat();
    parts.push(either(types.map((type) => simple(type, items, additionalProperties))));
  }
  for (const choice of [schema.anyOf, schema.oneOf]) {
    if (choice !== undefined) {
      parts.push(either(choice.map(typeOf)));
    }
  }
  parts.push(...(allOf ?? []).map(typeOf));
  return parts.length === 0 ? "unknown" : parts.length === 1 ? parts[0] : `(${parts.join(" & ")})`;
}

function simple(type, items, additionalProperties) {
  switch (type) {
    case "array":
      return `${typeOf(items ?? true)}[]`;
    case "object":
      return `{ [name: string]: ${typeOf(additionalProperties ?? true)} }`;
    case "integer":
      return "number";
    default:
      return type;
  }
}

function either(types) {
  return types.length === 1 ? types[0] : `(${types.join(" | ")})`;
}
