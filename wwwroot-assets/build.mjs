// Builds Portal/wwwroot/lib from this folder: the same input gives the same bytes (CI compares).
import { build } from "esbuild";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "..", "Portal", "wwwroot", "lib");
const tokens = JSON.parse(readFileSync(join(here, "tokens.json"), "utf8"));

const themed = ({ light, dark }) => `light-dark(${light},${dark})`;
const quoted = (families) => families.map((f) => (/[^a-z-]/i.test(f) ? `"${f}"` : f)).join(",");

function variables() {
  const { neutral, brand, status, series } = tokens.color;
  const all = {};
  for (const [name, pair] of Object.entries({ ...neutral, ...brand })) all[name] = themed(pair);
  for (const [name, pair] of Object.entries(status)) {
    all[name] = themed(pair.text);
    all[`${name}-tint`] = themed(pair.tint);
  }
  series.forEach((pair, i) => { all[`series-${i + 1}`] = themed(pair); });
  for (const [name, value] of Object.entries(tokens.space)) all[`space-${name}`] = value;
  for (const [name, value] of Object.entries(tokens.radius)) all[`r-${name}`] = value;
  for (const name of ["1", "2", "3"]) all[`shadow-${name}`] = shadow(tokens.elevation[name]);
  for (const name of ["hover", "panel", "flash", "spin"]) all[`motion-${name}`] = tokens.motion[name];
  for (const [name, value] of Object.entries(tokens.size)) if (typeof value === "string") all[`size-${kebab(name)}`] = value;
  for (const [name, value] of Object.entries(tokens.size.row)) all[`row-${kebab(name)}`] = value;
  all.font = quoted(tokens.font.sans);
  all.mono = quoted(tokens.font.mono);
  return all;
}

// "0 1px 2px #1821280F" and its dark twin differ in the colour only.
function shadow({ light, dark }) {
  const cut = light.lastIndexOf(" ");
  return `${light.slice(0, cut)} light-dark(${light.slice(cut + 1)},${dark.slice(dark.lastIndexOf(" ") + 1)})`;
}

function kebab(name) {
  return name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`);
}

function theme() {
  const lines = Object.entries(variables()).map(([name, value]) => `  --cp-${name}: ${value};`);
  return [
    "/* Made by wwwroot-assets/build.mjs from tokens.json. */",
    `:root {\n  color-scheme: light dark;\n${lines.join("\n")}\n}`,
    ":root[data-theme=light] { color-scheme: light; }",
    ":root[data-theme=dark] { color-scheme: dark; }",
    "",
  ].join("\n");
}

const fonts = [
  ["inter", "inter-latin-wght-normal.woff2"],
  ["jetbrains-mono", "jetbrains-mono-latin-wght-normal.woff2"],
];

rmSync(out, { recursive: true, force: true });
mkdirSync(join(out, "fonts"), { recursive: true });
for (const [family, file] of fonts) {
  const from = join(here, "node_modules", "@fontsource-variable", family);
  cpSync(join(from, "files", file), join(out, "fonts", file));
  cpSync(join(from, "LICENSE"), join(out, "fonts", `${family}-LICENSE.txt`));
}
writeFileSync(join(out, "theme.css"), theme());
const shared = { bundle: true, minify: true, legalComments: "none", sourcemap: false, absWorkingDir: here, logLevel: "warning" };
await build({ ...shared, entryPoints: ["src/css/portal.css"], outfile: join(out, "portal.css"), external: ["*.woff2"], target: "chrome123" });
await build({ ...shared, entryPoints: ["src/ts/portal.ts"], outfile: join(out, "portal.js"), format: "esm", target: "es2022" });
// Loaded by the pages that have charts, and by no other.
await build({ ...shared, entryPoints: ["src/ts/charts/charts.ts"], outfile: join(out, "charts.js"), format: "esm", target: "es2022" });
cpSync(join(here, "node_modules", "uplot", "LICENSE"), join(out, "uPlot-LICENSE.txt"));
