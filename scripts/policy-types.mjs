// Writes bindings-node/driver/document.ts, the policy document as TypeScript sees it, from the JSON Schema that the core's
// own readers make. `--check` says whether the file is as it would be written.
import { readFileSync, writeFileSync } from 'node:fs';

const root = new URL('../', import.meta.url);
const schema = JSON.parse(readFileSync(new URL('core/policy.schema.json', root), 'utf8'));
const file = new URL('bindings-node/driver/document.ts', root);

/** Sections that the JavaScript hosts refuse, so that they don't compile either. */
const REFUSED = new Set(['degradation', 'heal', 'hedge']);

const unions = (types) => [...new Set(types)].join(' | ');
const quoted = (key) => (/^[a-z_]\w*$/i.test(key) ? key : JSON.stringify(key));

/** A comment of one line, or of several where it would be too long. */
function comment(text, indent) {
  if (!text) return '';
  const width = 118 - indent.length;
  const one = `${indent}/** ${text} */\n`;
  if (one.length <= width + indent.length) return one;
  const lines = [''];
  for (const word of text.split(' ')) {
    if (`${lines.at(-1)} ${word}`.length > width - 3) lines.push(word);
    else lines[lines.length - 1] += `${lines.at(-1) ? ' ' : ''}${word}`;
  }
  return `${indent}/**\n${lines.map((line) => `${indent} * ${line}\n`).join('')}${indent} */\n`;
}

function typeOf(node, indent) {
  if (node.$ref === '#') return 'PolicyDocument';
  if (node.$ref) return 'Duration';
  if (node.anyOf) return unions(node.anyOf.map((each) => typeOf(each, indent)));
  if (node.enum) return unions(node.enum.map((value) => (typeof value === 'string' ? `'${value}'` : JSON.stringify(value))));
  if ('const' in node) return JSON.stringify(node.const);
  if (Array.isArray(node.type)) return unions(node.type.map((type) => typeOf({ ...node, type }, indent)));
  switch (node.type) {
    case 'array': {
      const item = typeOf(node.items ?? {}, indent);
      return `readonly ${/[ |]/.test(item) && !item.startsWith('{') ? `(${item})` : item}[]`;
    }
    case 'object':
      return objectOf(node, indent);
    case 'integer':
    case 'number':
      return 'number';
    case 'string':
    case 'boolean':
    case 'null':
      return node.type;
    default:
      return 'unknown';
  }
}

function objectOf(node, indent, left = new Set()) {
  if (!node.properties) return `{ readonly [name: string]: ${typeOf(node.additionalProperties ?? {}, indent)} }`;
  const inside = `${indent}  `;
  const required = new Set(node.required);
  const lines = Object.entries(node.properties)
    .filter(([key]) => !left.has(key))
    .map(([key, value]) => {
      const mark = required.has(key) ? '' : '?';
      const type = typeOf(value, inside);
      return `${comment(value.description, inside)}${inside}readonly ${quoted(key)}${mark}: ${type}${mark && ' | undefined'};\n`;
    });
  return `{\n${lines.join('')}${indent}}`;
}

const text = `// Written by scripts/policy-types.mjs from core/policy.schema.json; not by hand.

/** Seconds, or text with a unit, such as \`"250ms"\`, \`"30s"\` or \`"5m"\`. */
export type Duration = number | \`\${number}\${'ms' | 's' | 'm' | 'h' | 'd'}\`;

/** What a program wants of its calls. \`null\` is the same as absent. */
export interface PolicyDocument ${objectOf(schema, '', REFUSED)}

/** When and how far a program degrades, and what that means for its parameters. \`null\` is the same as absent. */
export type DegradationSettings = NonNullable<${typeOf(schema.properties.degradation, '')}>;
`;

if (process.argv.includes('--check')) {
  if (readFileSync(file, 'utf8') !== text) {
    console.error('bindings-node/driver/document.ts is not what core/policy.schema.json says: node scripts/policy-types.mjs');
    process.exit(1);
  }
} else {
  writeFileSync(file, text);
}
