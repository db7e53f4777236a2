// Builds what the Python package ships for browsers. Run by hatch_build.py, or by hand: npm run build
//
//   docs assets  swagger-ui-dist, redoc  ->  notebookapi/openapi/static/
//   widgets      src/*.ts                ->  notebookapi/notebook/views/widgets/static/
//
// Heavy bundles are written as .gz only: the package stays small, and they are served as they are.
import { mkdirSync, existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, "node_modules");
const docsStatic = join(here, "..", "notebookapi", "openapi", "static");
const widgetStatic = join(here, "..", "notebookapi", "notebook", "views", "widgets", "static");

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

function writeDocsAssets() {
  rmSync(docsStatic, { recursive: true, force: true });
  mkdirSync(docsStatic, { recursive: true });
  const bundles = {
    "swagger-ui-bundle.js": read("swagger-ui-dist", "swagger-ui-bundle.js"),
    "swagger-ui.css": read("swagger-ui-dist", "swagger-ui.css"),
    "redoc.standalone.js": withoutLogo(read("redoc", "bundles", "redoc.standalone.js")),
  };
  for (const [name, text] of Object.entries(bundles)) {
    writeFileSync(join(docsStatic, `${name}.gz`), gzipSync(withoutSourceMap(text), { level: 9 }));
  }
  const licences = {
    "swagger-ui.LICENSE.txt": [["LICENSE"], ["NOTICE"], ["swagger-ui-bundle.js.LICENSE.txt"]],
    "redoc.LICENSE.txt": [["LICENSE"], ["bundles", "redoc.standalone.js.LICENSE.txt"]],
  };
  for (const [name, files] of Object.entries(licences)) {
    const folder = name.startsWith("redoc") ? "redoc" : "swagger-ui-dist";
    writeFileSync(join(docsStatic, name), files.map((parts) => read(folder, ...parts)).join("\n\n"));
  }
}

async function bundleWidgets() {
  const sources = join(here, "src");
  const entries = existsSync(sources) ? readdirSync(sources).filter((name) => name.endsWith(".ts")) : [];
  if (entries.length === 0) return;
  const { build } = await import("esbuild");
  await build({
    entryPoints: entries.map((name) => join(sources, name)),
    outdir: widgetStatic,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    logLevel: "warning",
  });
}

writeDocsAssets();
await bundleWidgets();
