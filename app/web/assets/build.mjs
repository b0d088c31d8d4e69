// Bundles the browser's files into the folder that is named as the first argument: hashed names, manifest.json
// (what a page asks for -> the file that holds it), THIRD_PARTY.txt (licences of what was bundled).
// Lazy parts are `import()` in the sources; esbuild makes chunks of them.

import { readFile, readdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress } from "node:zlib";
import { build } from "esbuild";

const here = import.meta.dirname;
const out = process.argv[2];
const shrunk = /\.(css|js|svg|txt)$/;

const { metafile } = await build({
  absWorkingDir: here,
  entryPoints: ["app.js", "app.css", "drawings/icon.svg"],
  outdir: out,
  bundle: true,
  format: "esm",
  splitting: true,
  minify: true,
  metafile: true,
  legalComments: "none", // THIRD_PARTY.txt holds them whole
  target: ["chrome123", "firefox120", "safari17.5"], // the first with light-dark()
  entryNames: "[name]-[hash]",
  chunkNames: "chunk-[hash]",
  assetNames: "[name]-[hash]",
  loader: { ".woff2": "file", ".svg": "copy" },
  logLevel: "warning",
});

await writeFile(join(out, "THIRD_PARTY.txt"), await licences(Object.keys(metafile.inputs)));
await writeFile(join(out, "manifest.json"), `${JSON.stringify(manifest(metafile.outputs), null, 2)}\n`);
for (const name of await readdir(out)) if (shrunk.test(name)) await compress(join(out, name));

/** What a page asks for, with the files that come with it at once. */
function manifest(outputs) {
  const entries = Object.entries(outputs).flatMap(([path, output]) => {
    const source = output.entryPoint ?? (/\.(woff2|svg)$/.test(path) ? Object.keys(output.inputs)[0] : undefined);
    if (!source) return [];
    const first = output.imports.filter((one) => one.kind === "import-statement").map((one) => basename(one.path));
    return [[basename(source), { file: basename(path), imports: first }]];
  });
  return Object.fromEntries(entries.sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** The licence texts of the packages that these files belong to. */
async function licences(files) {
  const packages = new Set(files.map((file) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1]).filter(Boolean));
  const texts = [];
  for (const name of [...packages].sort()) {
    const folder = join(here, "node_modules", name);
    const { version, license } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    const file = (await readdir(folder)).find((one) => /^licen[cs]e/i.test(one));
    if (!file) throw new Error(`${name} ships no licence file: it must not be bundled.`);
    texts.push(`${name} ${version} (${license})\n\n${(await readFile(join(folder, file), "utf8")).trim()}\n`);
  }
  return texts.join(`\n${"-".repeat(80)}\n\n`);
}

/** Lay the same file beside it, compressed as well as it goes: it is sent many times and never changes. */
async function compress(path) {
  await writeFile(`${path}.br`, await promisify(brotliCompress)(await readFile(path)));
}
