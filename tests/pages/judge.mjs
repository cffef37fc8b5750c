// Judges every page in every state. See scripts/pages.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";
import axe from "axe-core";
import { HtmlValidate, StaticConfigLoader } from "html-validate";
import { fit, openBrowser, Person, ROOT, startApp, STATIC } from "./app.mjs";
import { ofFeatures, SWITCHED_ON, walk } from "./story.mjs";

// Bytes before compression: of a page with all that it loads, of the next one, of the script.
const LIMITS = { first: 30_000, next: 10_000, script: 6_000 };
const FOLDER = join(ROOT, "target/pages");
const MODES = join(ROOT, "target/screens/modes");
// What is looked at in other ways than on a screen with colours.
const IN_MODES = ["start", "login", "login-wrong", "dashboard", "security", "404", ...ofFeatures("IN_MODES")];

const markup = new HtmlValidate(new StaticConfigLoader({
  root: true,
  extends: ["html-validate:recommended", "html-validate:a11y"],
  rules: {
    // HTML knows both ways to write these, and the templates have one of them throughout.
    "doctype-style": ["error", { style: "lowercase" }],
    "void-style": ["error", { style: "omit" }],
    // A button in a form sends it: that is what HTML says, and what all of ours are for.
    "no-implicit-button-type": "off",
    // Templates leave blanks where they leave out something.
    "no-trailing-whitespace": "off",
    // A row's title is as long as somebody writes it; tabs cut it off.
    "long-title": "off",
  },
}));

const weights = [];
const judged = { pages: 0, checks: 0, findings: 0 };

// The judges of what the browser shows. Each tells what it finds wrong.
const LIVE = {
  async sideways({ page }) {
    const cdp = await page.context().newCDPSession(page);
    const found = [];
    const look = async (how, width, scale = 1) => {
      // Zoomed, a pixel of the page takes several of the screen.
      await cdp.send("Emulation.setDeviceMetricsOverride", { width, height: 800, deviceScaleFactor: scale, mobile: false });
      const over = await page.evaluate(tooWide);
      if (over) found.push(`${how}: ${over}`);
    };
    await look("on a screen of 320", 320);
    await look("on one of 1280, zoomed to 200 %", 640, 2);
    await page.evaluate(() => { document.documentElement.style.fontSize = "200%"; });
    await look("on one of 1280, with letters of 200 %", 1280);
    await page.evaluate(() => { document.documentElement.style.fontSize = ""; });
    await cdp.detach();
    return found;
  },

  async axe({ page }) {
    // Nothing that the page's policy has a say in: the browser runs it, as it does what is typed into its console.
    await page.evaluate(axe.source);
    const found = new Map();
    for (const colorScheme of ["light", "dark"]) {
      for (const width of [390, 1280]) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 800 });
        const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"], preload: false }));
        for (const { id, help, nodes } of violations) {
          for (const { target, any } of nodes) {
            const ratio = any.find(({ data }) => data?.contrastRatio)?.data.contrastRatio;
            const what = `${id} at ${target.join(" ")}: ${help}${ratio ? `, but ${ratio}` : ""}`;
            found.set(what, [...(found.get(what) ?? []), `${colorScheme} ${width}`]);
          }
        }
      }
    }
    return [...found].map(([what, where]) => `${what} (${where.length === 4 ? "always" : where.join(", ")})`);
  },

  // These two come after the others: what is loaded or refused late is known by now.
  async weight({ page, context, html }, name, limits = LIMITS) {
    const { loaded, links } = await page.evaluate(() => ({
      loaded: performance.getEntriesByType("resource").map((entry) => ({
        url: entry.name,
        bytes: entry.decodedBodySize,
        // The browser's own copy is not asked for, or the answer is that it is good still.
        cached: entry.transferSize < entry.encodedBodySize || entry.transferSize === 0,
      })),
      links: [...document.querySelectorAll("link[rel=icon], link[rel=manifest]")].map((link) => link.href),
    }));
    loaded.push({ url: page.url(), bytes: Buffer.byteLength(await html), cached: false });
    // A browser with a window loads these, too, once.
    for (const link of links.filter((url) => !loaded.some((entry) => entry.url === url))) {
      loaded.push({ url: link, bytes: (await (await context.request.get(link)).body()).length, cached: true });
    }
    const sum = (entries) => entries.reduce((all, { bytes }) => all + bytes, 0);
    const [first, next] = [sum(loaded), sum(loaded.filter(({ cached }) => !cached))];
    const parts = [...loaded].sort((a, b) => b.bytes - a.bytes).map(({ url, bytes }) => `${new URL(url).pathname} ${bytes}`);
    if (name) weights.push({ name, first, next, parts });
    const found = [];
    if (first >= limits.first) found.push(`${first} bytes on a first visit, ${limits.first} are too many: ${parts.join(", ")}`);
    if (next >= limits.next) found.push(`${next} bytes on the next one, ${limits.next} are too many`);
    return found;
  },

  policy: ({ page }) => page.evaluate(() => window.violations),

  console: ({ errors }) => errors,
};

// Whether the page can be moved sideways, and what makes it so. Runs in the page.
function tooWide() {
  const root = document.documentElement;
  const moves = [root, ...document.querySelectorAll("body, main, body > *, .stage")]
    .find((element) => element.scrollWidth > element.clientWidth && (element === root || /auto|scroll/.test(getComputedStyle(element).overflowX)));
  if (!moves) return null;
  const wide = [...document.body.querySelectorAll("*")].filter((element) => element.getBoundingClientRect().right > root.clientWidth + 1);
  const say = (element) => element.localName + (element.id && `#${element.id}`) + [...element.classList].map((name) => `.${name}`).join("");
  const inner = wide.filter((element) => !wide.some((other) => other !== element && element.contains(other)));
  return `${moves.scrollWidth - moves.clientWidth} pixels too wide: ${inner.slice(0, 3).map(say).join(", ") || say(moves)}`;
}

function validate(html) {
  const { results } = markup.validateStringSync(html);
  return results.flatMap(({ messages }) => messages).map(({ ruleId, message, line }) => `line ${line}: ${message} (${ruleId})`);
}

// What the Nu Html Checker says to these pages, all at once: it takes longer to start than to read.
function nu(pages) {
  const jar = join(createRequire(import.meta.url).resolve("vnu-jar/package.json"), "../build/dist/vnu.jar");
  const files = pages.map(({ name, html }) => {
    writeFileSync(join(FOLDER, `${name}.html`), html);
    return join(FOLDER, `${name}.html`);
  });
  const said = execFileSync("java", ["-jar", jar, "--stdout", "--format", "json", "--exit-zero-always", ...files],
    { encoding: "utf8", maxBuffer: 1 << 28 });
  return JSON.parse(said).messages.map(({ type, subType, url, lastLine, message }) => (
    { name: url?.match(/([^/]+)\.html$/)?.[1], level: type === "info" ? subType : "error", what: `line ${lastLine}: ${message}` }));
}

// Counts and prints what a judge found, without what is excepted: judges are named in `except`, and their rules.
function report(name, judge, all, except = {}) {
  const excepted = Object.keys(except);
  const found = all.filter((what) => !excepted.some((rule) => what.startsWith(`${rule} at `) || what.endsWith(`(${rule})`)));
  judged.checks += 1;
  judged.findings += found.length;
  for (const what of found) console.log(`${name}: ${judge}: ${what}`);
}

// A page with every fault, and one with none: a judge that does not tell them apart is no judge.
async function tryJudges(browser) {
  const wide = '<div style="width: 50rem">This is wider than a screen, zoomed or with large letters.</div>';
  const page = (head, body) => `<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>A page</title>\n${head}\n</head>\n<body>\n<main>\n<h1>A page</h1>\n${body}\n</main>\n</body>\n</html>\n`;
  const files = {
    "/faulty": page('<script src="/large.js"></script>', `<script>document.title = "refused"</script>${wide}<img src="/none.png">`),
    "/sound": page('<script src="/kept.js"></script>', '<svg width="9" height="9" aria-hidden="true"><use href="/kept.svg#a"/></svg>'),
    "/large.js": `console.error("this is wrong");${" ".repeat(40_000)}`,
    "/kept.js": `document.title = "All is well";${" ".repeat(15_000)}`,
    "/kept.svg": '<svg xmlns="http://www.w3.org/2000/svg"><symbol id="a"><path d="M0 0h9v9"/></symbol></svg>',
  };
  const types = { js: "text/javascript", svg: "image/svg+xml" };
  const server = createServer(({ url }, answer) => {
    answer.writeHead(files[url] ? 200 : 404, {
      "content-type": types[url.split(".")[1]] ?? "text/html; charset=utf-8",
      "cache-control": url.startsWith("/kept") ? "max-age=3600" : "no-store",
      "content-security-policy": "default-src 'self'; style-src 'unsafe-inline'",
    });
    answer.end(files[url]);
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  const person = await Person.at(browser, { url: `http://localhost:${server.address().port}` });
  const found = {};
  let loaded = 0;
  for (const path of ["/sound", "/faulty", "/sound"]) {
    await person.tab();
    await person.open(path);
    for (const [judge, look] of Object.entries(LIVE)) found[judge + path] = await look(person);
    found[`html-validate${path}`] = validate(files[path]);
    if (path === "/sound") loaded = await person.page.evaluate(() => performance.getEntriesByType("resource").length);
  }
  const said = nu(["faulty", "sound"].map((name) => ({ name: `a-${name}-page`, html: files[`/${name}`] }))).filter(({ level }) => level === "error");
  for (const name of ["faulty", "sound"]) found[`nu/${name}`] = said.filter((message) => message.name === `a-${name}-page`);
  const judges = [...Object.keys(LIVE), "html-validate", "nu"];
  const blind = judges.filter((judge) => found[`${judge}/faulty`].length === 0);
  const wrong = judges.filter((judge) => found[`${judge}/sound`].length > 0);
  const expected = { sideways: 3, weight: 2 };
  for (const [judge, count] of Object.entries(expected)) if (found[`${judge}/faulty`].length !== count) blind.push(`part of ${judge}`);
  if (loaded !== 2) blind.push("weight (of what an icon loads)");
  if (blind.length + wrong.length > 0) throw new Error(`these do not see a fault: ${blind}; these see one where none is: ${wrong} ${JSON.stringify(found, null, 1)}`);
  console.log(`${judges.length} judges, and each sees the fault that was made for it`);
  await person.leave();
  server.close();
}

// Pictures for a person to judge: without colours, on paper, without style.
async function show(name, page) {
  const take = async (mode) => {
    await fit(page, 1280, 800);
    await page.screenshot({ path: join(MODES, `${name}-${mode}.jpg`), type: "jpeg", quality: 70 });
  };
  const usual = { media: null, colorScheme: "light", forcedColors: "none", reducedMotion: "no-preference" };
  const modes = {
    "forced-colours": { forcedColors: "active" },
    "forced-colours-dark": { forcedColors: "active", colorScheme: "dark" },
    "reduced-motion": { reducedMotion: "reduce" },
    print: { media: "print" },
  };
  for (const [mode, media] of Object.entries(modes)) {
    await page.emulateMedia({ ...usual, ...media });
    await take(mode);
  }
  await page.emulateMedia(usual);
  await page.evaluate(() => { for (const sheet of document.styleSheets) sheet.disabled = true; });
  await take("no-style");
}

for (const folder of [FOLDER, MODES]) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
}
const browser = await openBrowser();
await tryJudges(browser);
const isOn = process.argv.includes("--switched-on");
if (isOn) await SWITCHED_ON.start();
const app = await startApp(isOn ? SWITCHED_ON.settings : {});
const pages = [];
await walk(browser, app, {
  pages: isOn ? SWITCHED_ON.pages : undefined,
  visit: async (entry, person) => {
    const { name, except = {}, limits } = entry;
    const html = await person.html;
    judged.pages += 1;
    pages.push({ name, html });
    for (const [what, why] of Object.entries(except)) console.log(`${name}: ${what} is not judged: ${why}`);
    if (limits) console.log(`${name}: may weigh ${limits.first} bytes, and ${limits.next} as the next page: ${limits.why}`);
    if (!except["html-validate"]) report(name, "html-validate", validate(html), except);
    for (const [judge, look] of Object.entries(LIVE)) if (!except[judge]) report(name, judge, await look(person, name, limits), except);
    if (IN_MODES.includes(name)) await show(name, person.page);
  },
  miss: ({ name }, why) => report(name, "story", [why]),
});
await browser.close();
app.stop();

const said = nu(pages);
const errors = said.filter(({ level }) => level === "error");
for (const { name } of pages) report(name, "nu", errors.filter((message) => message.name === name).map(({ what }) => what));
// What is said of no page at all is a fault of the judge's own.
report("all pages", "nu", errors.filter(({ name }) => !pages.some((page) => page.name === name)).map(({ what }) => what));
const warnings = new Map();
for (const { name, what } of said.filter(({ level }) => level === "warning")) {
  const text = what.replace(/^line \d+: /, "");
  warnings.set(text, [...(warnings.get(text) ?? []), name]);
}
for (const [what, names] of warnings) console.log(`nu warns: ${what} (${[...new Set(names)].join(", ")})`);
const script = statSync(join(STATIC, "app.js")).size;
report("app.js", "weight", script >= LIMITS.script ? [`${script} bytes, ${LIMITS.script} are too many`] : []);

const heaviest = (visit) => [...weights].sort((a, b) => b[visit] - a[visit]).slice(0, 5).map((page) => `${page.name} ${page[visit]}`).join(", ");
console.log(`the heaviest on a first visit: ${heaviest("first")}`);
console.log(`the heaviest as the next page: ${heaviest("next")}`);
console.log(`${judged.pages} pages, ${judged.checks} checks, ${judged.findings} findings; app.js has ${script} bytes`);
process.exit(judged.findings > 0 || judged.pages === 0 ? 1 : 0);
