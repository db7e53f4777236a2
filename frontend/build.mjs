// Builds what the Python package ships for browsers. Run by hatch_build.py, or by hand: npm run build
//
//   docs assets  swagger-ui-dist, redoc, src/docs/  ->  notebookapi/openapi/static/
//   widgets      src/loader.ts, core.ts, editor.ts  ->  notebookapi/notebook/views/widgets/static/
//
// Heavy bundles are written as .gz only: the package stays small, and they are served as they are.
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, "node_modules");
const docsStatic = join(here, "..", "notebookapi", "openapi", "static");
const widgetStatic = join(here, "..", "notebookapi", "notebook", "views", "widgets", "static");

const written = new Set();

/** What starts meanwhile finds the old file or the new one, never none. */
function put(path, content) {
  writeFileSync(`${path}.new`, content);
  renameSync(`${path}.new`, path);
  written.add(path);
}

/** Removes what an earlier build has left. */
function sweep(folder) {
  for (const name of readdirSync(folder)) {
    if (!written.has(join(folder, name))) rmSync(join(folder, name), { recursive: true });
  }
}

const read = (...parts) => readFileSync(join(modules, ...parts), "utf8");

/** Source maps are not shipped; a reference to one is a failing request in the developer tools. */
const withoutSourceMap = (text) => text.replace(/\n?\/[/*]# sourceMappingURL=\S+(?: \*\/)?\s*$/, "\n");

/** Redoc shows a logo that it fetches from a CDN: a docs page must not call out. */
function withoutLogo(text) {
  const logo = /\w+\?\w+\.createElement\("img",\{alt:"redocly logo"[^}]*\}\):null/g;
  const found = text.match(logo)?.length ?? 0;
  const cleaned = text.replace(logo, "null");
  if (found !== 1 || cleaned.includes("cdn.redoc.ly")) {
    throw new Error(`redoc: expected one logo from cdn.redoc.ly, removed ${found}; adapt withoutLogo() in build.mjs`);
  }
  return cleaned;
}

/** What goes with each, so that everybody can read and use it. */
async function added(name, format) {
  const { build } = await import("esbuild");
  const entryPoints = [join(here, "src", "docs", name)];
  const made = await build({ entryPoints, write: false, bundle: true, minify: true, format });
  return made.outputFiles[0].text;
}

async function writeDocsAssets() {
  mkdirSync(docsStatic, { recursive: true });
  const bundles = {
    "swagger-ui-bundle.js": [read("swagger-ui-dist", "swagger-ui-bundle.js"), await added("swagger.ts", "iife")],
    "swagger-ui.css": [read("swagger-ui-dist", "swagger-ui.css"), await added("swagger.css")],
    "redoc.standalone.js": [
      await added("redoc.ts", "iife"), // before: it draws its page at once
      withoutLogo(read("redoc", "bundles", "redoc.standalone.js")),
    ],
  };
  for (const [name, parts] of Object.entries(bundles)) {
    // A script may end without what would keep it from the next one.
    const text = parts.map(withoutSourceMap).join(name.endsWith(".js") ? "\n;" : "\n");
    put(join(docsStatic, `${name}.gz`), gzipSync(text, { level: 9 }));
  }
  const licences = {
    "swagger-ui.LICENSE.txt": [["LICENSE"], ["NOTICE"], ["swagger-ui-bundle.js.LICENSE.txt"]],
    "redoc.LICENSE.txt": [["LICENSE"], ["bundles", "redoc.standalone.js.LICENSE.txt"]],
  };
  for (const [name, files] of Object.entries(licences)) {
    const folder = name.startsWith("redoc") ? "redoc" : "swagger-ui-dist";
    put(join(docsStatic, name), files.map((parts) => read(folder, ...parts)).join("\n\n"));
  }
}

/** The loader is part of each widget's state and stays as it is; the bundles are fetched once. */
async function bundleWidgets() {
  mkdirSync(widgetStatic, { recursive: true });
  const { build } = await import("esbuild");
  const packages = new Set();
  const bundled = async (name) => {
    const made = await build({
      entryPoints: [join(here, "src", `${name}.ts`)],
      write: false,
      bundle: true,
      minify: true,
      metafile: true,
      format: "esm",
      target: "es2022",
      logLevel: "warning",
      absWorkingDir: here,
    });
    for (const path of Object.keys(made.metafile.inputs)) {
      const found = /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path);
      if (found) packages.add(found[1]);
    }
    return made.outputFiles[0].contents;
  };
  put(join(widgetStatic, "loader.js"), await bundled("loader"));
  for (const name of ["core", "editor"]) {
    put(join(widgetStatic, `${name}.js.gz`), gzipSync(await bundled(name), { level: 9 }));
  }
  const licences = [...packages].sort().map((name) => `${name}\n\n${read(name, "LICENSE")}`);
  put(join(docsStatic, "widgets.LICENSE.txt"), licences.join("\n\n"));
}

await writeDocsAssets();
await bundleWidgets();
[docsStatic, widgetStatic].forEach(sweep);
