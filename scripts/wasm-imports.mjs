#!/usr/bin/env node
// Fails when a WebAssembly module imports anything: the core must run where nothing is given to it.
//   node scripts/wasm-imports.mjs <file.wasm>
import { readFileSync } from 'node:fs';

const [file, ...rest] = process.argv.slice(2);
if (!file || rest.length > 0) {
  console.error('usage: wasm-imports.mjs <file.wasm>');
  process.exit(2);
}

let module;
try {
  module = new WebAssembly.Module(readFileSync(file));
} catch (error) {
  console.error(`wasm-imports: ${file}: ${error.message}`);
  process.exit(2);
}

const imports = WebAssembly.Module.imports(module);
const count = WebAssembly.Module.exports(module).length;
if (imports.length === 0) {
  console.log(`${count} exports, imports nothing`);
} else {
  console.log(`${count} exports, imports ${imports.length}:`);
  for (const { module: from, name, kind } of imports) console.log(`  ${kind} ${from}.${name}`);
  process.exit(1);
}
