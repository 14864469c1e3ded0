// Node's package in two files: what a program needs from its start, and what it needs once something fails.
import { basename, dirname, join, relative } from 'node:path';

import { build } from 'esbuild';

/**
 * Bundles modules, and what only they import, into a file of their own. It is a function of the modules that it shares with the rest, of
 * which each format of the rest has its own copy.
 *
 * @param entry - what is split, and `options.absWorkingDir` where paths begin.
 * @param later - modules of which the rest only calls functions and constructs classes.
 * @param read - the module and the name of what reads a file beside the rest.
 * @returns a plugin to bundle the rest with: `import { later } from 'later'` reads the file, and functions that do so when they are called
 * stand for the modules.
 */
export async function split(entry, later, outfile, read, options) {
  const file = `./${basename(outfile)}`;
  const root = options.absWorkingDir;
  const stubbed = await exportsOf(later, options);
  let shared = new Map();
  const rest = {
    name: 'rest',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^later$/ }, ({ path }) => ({ path, namespace: 'later' }));
      onResolve({ filter: /^\./ }, ({ path, importer }) => {
        const module = source(root, importer, path);
        return stubbed.has(module) ? { path: module, namespace: 'stub' } : undefined;
      });
      onLoad({ filter: /./, namespace: 'stub' }, ({ path }) => ({ contents: stubs(stubbed.get(path)) }));
      onLoad({ filter: /./, namespace: 'later' }, () => ({ contents: reader(file, read, shared), resolveDir: root }));
    },
  };
  const how = { entryPoints: [entry], plugins: [rest], write: false, metafile: true };
  const { metafile, outputFiles } = await build({ ...options, ...how });
  const all = [...stubbed.values()].flat();
  const [wrong] = outputFiles[0].text.match(RegExp(`.*(instanceof|extends) (${all.join('|')})\\b.*`)) ?? [];
  if (wrong !== undefined) throw new Error(`what stands for a class can only construct it: ${wrong.trim()}`);

  const used = new Set();
  const outside = {
    name: 'outside',
    setup({ onResolve }) {
      onResolve({ filter: /^\./ }, ({ path, importer }) => {
        const module = source(root, importer, path);
        if (!(module in metafile.inputs)) return undefined;
        used.add(module);
        return { path: module, external: true };
      });
    },
  };
  const imports = [...stubbed].map(([module, names]) => `import { ${names} } from './${module}';`);
  const contents = `${imports.join('\n')}\nhandOut({ ${all} });`;
  // In brackets, as V8 then reads it once: other functions it first reads past.
  const banner = { js: "module.exports = (function (require, handOut) {\n'use strict';" };
  const footer = { js: '});' };
  const stdin = { contents, resolveDir: root };
  await build({ ...options, format: 'cjs', stdin, outfile, plugins: [outside], banner, footer });
  // In an order, as esbuild finds them in any: the same code is to be built the same.
  shared = await exportsOf([...used].sort(), options);
  return rest;
}

/** What modules export, by their paths from the root. */
async function exportsOf(modules, options) {
  const how = { entryPoints: modules, bundle: false, format: 'esm', outdir: 'nowhere', write: false, metafile: true };
  const { metafile } = await build({ ...options, ...how });
  return new Map(Object.values(metafile.outputs).map(({ entryPoint, exports }) => [entryPoint, exports]));
}

/** The module that is imported, by its path from the root. */
const source = (root, importer, path) => relative(root, join(dirname(importer), path.replace(/\.js$/, '.ts')));

const stubs = (names) => `import { later } from 'later';\n${names.map(stub).join('\n')}`;
const stub = (name) => `export function ${name}(...given) {
  const { ${name}: own } = later();
  return new.target ? new own(...given) : own(...given);
}`;

// With the names themselves and not with `import *`: what that makes is made at once, by a program's first getters.
function reader(file, { module, name }, shared) {
  const modules = [...shared].map(([path, names], at) => ({ path, own: names.map((name) => [name, `${name}$${at}`]) }));
  const imports = modules.map(({ path, own }) => {
    return `import { ${own.map(([name, local]) => `${name} as ${local}`)} } from './${path}';`;
  });
  const objects = modules.map(({ path, own }) => {
    return `'${path}': { ${own.map(([name, local]) => `${name}: ${local}`)} },`;
  });
  return `import { ${name} as read } from './${module}';
${imports.join('\n')}
let there;
export function later() {
  if (there === undefined) {
    const shared = {
      ${objects.join('\n      ')}
    };
    read('${file}')((module) => shared[module], (own) => { there = own; });
  }
  return there;
}
`;
}
