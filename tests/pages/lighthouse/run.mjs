// Runs Lighthouse on a few pages, as somebody who is logged in where that is asked for. See scripts/lighthouse.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import lighthouse from "lighthouse";
import { freePort, openBrowser, Person, ROOT, startApp } from "../app.mjs";
import { ADA, ofFeatures } from "../story.mjs";

const PAGES = [
  ["Start", "/", "stranger"],
  ["Log in", "/login", "stranger"],
  ["Dashboard", "/dashboard", "ada"],
  ["Security", "/account/security", "ada"],
  ...ofFeatures("LIGHTHOUSE"),
];
const LEAST = { performance: 95, accessibility: 100, "best-practices": 100, seo: 100 };
const LABELS = { performance: "Performance", accessibility: "Accessibility", "best-practices": "Best practices", seo: "SEO" };

const build = process.argv[2];
const app = await startApp();
const port = await freePort();
const browser = await openBrowser(`--remote-debugging-port=${port}`);

const ada = await Person.at(browser, app);
await ada.post(app.setup, ADA);
for (const prepare of ofFeatures("PREPARE")) await prepare(ada);
// For lists of what happened.
for (let n = 1; n <= 5; n += 1) await (await Person.at(browser, app)).post("/login", ADA);
const cookies = (await ada.context.cookies()).map(({ name, value }) => `${name}=${value}`).join("; ");

async function visit(path, who) {
  const { lhr } = await lighthouse(app.url + path, {
    port,
    output: "json",
    logLevel: "error",
    onlyCategories: Object.keys(LEAST),
    extraHeaders: who === "ada" ? { Cookie: cookies } : {},
    maxWaitForLoad: 180_000,
  });
  if (lhr.runtimeError) throw new Error(`${path}: ${lhr.runtimeError.message}`);
  if (new URL(lhr.finalDisplayedUrl).pathname !== path) throw new Error(`${path} leads to ${lhr.finalDisplayedUrl}`);
  return lhr;
}

const score = (lhr, category) => Math.round((lhr.categories[category].score ?? 0) * 100);

// The best of up to three visits: what else a machine does makes a page slower, and nothing makes it faster.
async function run(path, who) {
  let best = await visit(path, who);
  for (let again = 0; again < 2 && score(best, "performance") < LEAST.performance; again += 1) {
    const next = await visit(path, who);
    if (score(next, "performance") > score(best, "performance")) best = next;
  }
  return best;
}

const failures = [];
const rows = [];
let versions;
for (const [name, path, who] of PAGES) {
  const lhr = await run(path, who);
  versions = `Lighthouse ${lhr.lighthouseVersion}, Chromium ${browser.version()}`;
  for (const [category, least] of Object.entries(LEAST)) {
    const figure = score(lhr, category);
    if (figure >= least) continue;
    const lowered = lhr.categories[category].auditRefs.filter(({ id, weight }) => weight > 0 && (lhr.audits[id].score ?? 1) < 0.9);
    failures.push(`${name}: ${LABELS[category]} is ${figure}, not ${least}: ${lowered.map(({ id }) => `${id} (${lhr.audits[id].title})`).join(", ")}`);
  }
  const figures = Object.keys(LEAST).map((category) => score(lhr, category));
  rows.push([name, ...figures, ...["first-contentful-paint", "largest-contentful-paint", "total-blocking-time", "cumulative-layout-shift"]
    .map((id) => lhr.audits[id].displayValue.replaceAll("\u00a0", " "))]);
  console.log(rows.at(-1).join("\t"));
}
await browser.close();
app.stop();

const table = (cells) => `| ${cells.join(" | ")} |`;
const head = ["Page", ...Object.values(LABELS), "First paint", "Largest paint", "Blocked", "Shift"];
writeFileSync(join(ROOT, "docs/lighthouse.md"), `# Lighthouse

What \`scripts/lighthouse\` found on ${new Date().toISOString().slice(0, 10)}: ${versions}, the ${build} build on
http://localhost, as a phone with a slow network and a slow processor (Lighthouse's own settings, which it works out
from what it measures here), with nothing in the browser's cache, the best of up to three visits. Whoever is logged in
has what fills a list. The script fails below 95 for performance, and below 100 for anything else.

${[head, head.map((_, n) => (n === 0 ? "---" : "--:")), ...rows].map(table).join("\n")}
`);
for (const line of failures) console.log(line);
console.log(`${rows.length} pages, ${rows.length * Object.keys(LEAST).length} figures, ${failures.length} too low`);
process.exit(failures.length > 0 ? 1 : 0);
