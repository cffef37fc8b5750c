// Takes pictures of every page in every state, and lays them out on one sheet. See scripts/screens.
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { fit, openBrowser, ROOT, startApp, STATIC } from "./app.mjs";
import { ofFeatures, SWITCHED_ON, walk } from "./story.mjs";

const WIDTHS = { 390: 844, 768: 1024, 1280: 800 };
const THEMES = ["light", "dark"];
// What --brand paints the pages with.
const OTHER_BRAND = { "--brand": 285, "--second": 20, "--neutral": 260 };
const BRANDED = ["start", "login", "dashboard"];
// The README's: the page, its theme, the file, and the template that it shows.
const PICTURES = [
  ["start", "light", "start", "home/start.html"],
  ["login", "light", "login", "accounts/login.html"],
  ["dashboard-confirmed", "light", "dashboard", "home/dashboard.html"],
  ["dashboard-confirmed", "dark", "dashboard-dark", "home/dashboard.html"],
  ...ofFeatures("PICTURES"),
];
const BRANDED_PICTURES = [["dashboard", "light", "another-brand", "home/dashboard.html"]];
const PICTURE_MAX = 120_000;

const { values: options } = parseArgs({
  options: {
    only: { type: "string" },
    sheet: { type: "string" },
    brand: { type: "boolean", default: false },
    "switched-on": { type: "boolean", default: false },
  },
});
const isOn = options["switched-on"];
const sheet = resolve(options.sheet ?? join(ROOT, options.brand ? "target/screens/brand" : isOn ? "target/screens/switched-on" : "target/screens"));
const missed = [];
const taken = [];

mkdirSync(sheet, { recursive: true });
const statics = options.brand ? otherBrand() : STATIC;
if (isOn) await SWITCHED_ON.start();
const app = await startApp({ STATIC_DIR: statics, ...(isOn && SWITCHED_ON.settings) });
const browser = await openBrowser();
const converter = await browser.newPage();
await walk(browser, app, {
  pages: isOn ? SWITCHED_ON.pages : undefined,
  only: options.only,
  visit: async (entry, { page }) => {
    if (options.brand && !BRANDED.includes(entry.name)) return;
    const files = [];
    for (const theme of THEMES) {
      await page.emulateMedia({ colorScheme: theme });
      for (const [width, height] of Object.entries(WIDTHS)) {
        await fit(page, Number(width), height);
        const file = `${entry.name}-${width}-${theme}.jpg`;
        await page.screenshot({ path: join(sheet, file), type: "jpeg", quality: 70 });
        files.push(file);
      }
      if (!options.only && !isOn) await picture(entry.name, theme, page);
    }
    taken.push({ ...entry, files });
    process.stdout.write(".");
  },
  miss: ({ name }, why) => missed.push(`${name}: ${why}`),
});
await browser.close();
app.stop();
if (statics !== STATIC) rmSync(statics, { recursive: true });

if (!options.only) writeFileSync(join(sheet, "index.html"), layOut());
if (!options.only && !options.brand && !isOn && missed.length === 0) writeFileSync(join(ROOT, "docs/pictures/of"), sources());
console.log(`\n${taken.length} pages, ${taken.length * 6} pictures: ${relative(process.cwd(), sheet)}`);
for (const line of missed) console.log(`MISSED ${line}`);
process.exit(missed.length > 0 || taken.length === 0 ? 1 : 0);

// The static files with other hues.
function otherBrand() {
  const folder = mkdtempSync(join(tmpdir(), "brand-"));
  cpSync(STATIC, folder, { recursive: true });
  let css = readFileSync(join(folder, "brand.css"), "utf8");
  for (const [name, hue] of Object.entries(OTHER_BRAND)) {
    const painted = css.replace(new RegExp(`^(\\s*${name}:)\\s*[\\d.]+;`, "m"), `$1 ${hue};`);
    if (painted === css) throw new Error(`static/brand.css says nothing of ${name}`);
    css = painted;
  }
  writeFileSync(join(folder, "brand.css"), css);
  return folder;
}

// Takes the README's picture, if this is one: what a laptop shows, as WebP, which Chromium writes by itself.
async function picture(name, theme, page) {
  const found = (options.brand ? BRANDED_PICTURES : PICTURES).find(([of, in_]) => of === name && in_ === theme);
  if (!found) return;
  await page.setViewportSize({ width: 1280, height: 800 });
  const png = (await page.screenshot()).toString("base64");
  const webp = await converter.evaluate(async (data) => {
    const image = new Image();
    image.src = `data:image/png;base64,${data}`;
    await image.decode();
    const canvas = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height });
    canvas.getContext("2d").drawImage(image, 0, 0);
    return canvas.toDataURL("image/webp", 0.9).split(",")[1];
  }, png);
  const bytes = Buffer.from(webp, "base64");
  if (bytes.length > PICTURE_MAX) missed.push(`${name}: the picture has ${bytes.length} bytes, more than ${PICTURE_MAX}`);
  mkdirSync(join(ROOT, "docs/pictures"), { recursive: true });
  writeFileSync(join(ROOT, "docs/pictures", `${found[2]}.webp`), bytes);
}

// What the README's pictures show, as `sha256sum --check` reads it: their templates with those that these are made
// of, and the static files.
function sources() {
  const found = new Set(readdirSync(STATIC).map((name) => `static/${name}`));
  const add = (template) => {
    const path = `templates/${template}`;
    if (found.has(path) || !existsSync(join(ROOT, path))) return;
    found.add(path);
    const text = readFileSync(join(ROOT, path), "utf8");
    for (const [, other] of text.matchAll(/\{%-?\s*(?:extends|include|import)\s+"([^"]+)"/g)) add(other);
  };
  for (const [, , , template] of PICTURES) add(template);
  const files = [...found].sort();
  const hash = (path) => createHash("sha256").update(readFileSync(join(ROOT, path))).digest("hex");
  return files.map((path) => `${hash(path)}  ${path}\n`).join("");
}

// All pictures on one page: a row for each state, three widths in light and three in dark.
function layOut() {
  const row = ({ name, files }) => `<h3 id="${name}">${name}</h3><div class="row">${files.map((file) =>
    `<a href="${file}"><img src="${file}" alt="${file}" loading="lazy" class="w${file.match(/-(\d+)-/)[1]}"></a>`).join("")}</div>`;
  const groups = Map.groupBy ? Map.groupBy(taken, ({ group }) => group) : taken.reduce(
    (all, entry) => all.set(entry.group, [...(all.get(entry.group) ?? []), entry]), new Map());
  const body = [...groups].map(([group, entries]) => `<section><h2>${group}</h2>${entries.map(row).join("\n")}</section>`);
  const missing = missed.map((line) => `<p class="missed">Missed: ${line.replaceAll("<", "&lt;")}</p>`).join("");
  return `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>${taken.length} pages</title><style>
body { margin: 1.5rem; font: 14px/1.4 system-ui, sans-serif; background: #777; color: #fff; }
h2 { margin: 2rem 0 0; } h3 { margin: .75rem 0 .25rem; font-weight: 400; }
.row { display: flex; gap: 6px; align-items: start; overflow-x: auto; }
a { flex: none; max-height: 270px; overflow: hidden; } img { display: block; }
.w390 { width: 125px; } .w768 { width: 200px; } .w1280 { width: 345px; } .missed { background: #900; }
</style></head><body><h1>${taken.length} pages, ${taken.length * 6} pictures</h1>${missing}
${body.join("\n")}
</body></html>
`;
}
