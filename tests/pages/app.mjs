// The program, started as in development, and people at their browsers.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { chromium } from "playwright-core";

export const ROOT = process.env.APP_ROOT ?? resolve(import.meta.dirname, "../..");
export const STATIC = join(ROOT, "static");
// However slow the machine is. Nothing here waits without a reason, so this is never reached when all is well.
export const PATIENCE = 180_000;

export const freePort = () => new Promise((done) => {
  const server = createServer().listen(0, "127.0.0.1", () => {
    const { port } = server.address();
    server.close(() => done(port));
  });
});

// Starts the program in a folder of its own, where nobody has an account.
export async function startApp(settings = {}) {
  const folder = mkdtempSync(join(tmpdir(), "pages-"));
  const port = await freePort();
  const env = { PORT: String(port), STATIC_DIR: STATIC, REGISTRATION: "open", LIMIT_LOG_INS: "off", LIMIT_MAILS: "off", LIMIT_LINKS: "off", LIMIT_REQUESTS: "off", LIMIT_OWN_REQUESTS: "off", ...settings };
  const child = spawn(resolve(process.env.APP_BIN), { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
  const said = { out: "", err: "" };
  child.stdout.on("data", (text) => { said.out += text; });
  child.stderr.on("data", (text) => { said.err += text; });
  const stop = () => { child.kill("SIGKILL"); rmSync(folder, { recursive: true, force: true }); };
  process.on("exit", stop);
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));
  const setup = await new Promise((ready, failed) => {
    child.stdout.on("data", () => {
      const link = said.out.match(/(\S+\/setup\?\S+)\s/);
      if (link) ready(link[1]);
    });
    child.on("error", failed);
    child.on("exit", (code) => failed(new Error(`the program stopped (${code}): ${said.err}`)));
  });
  // Somebody with an account, made at the command line beside it.
  const add = ({ name, email, password }) => execFileSync(resolve(process.env.APP_BIN), ["user", "add", email, "--name", name], { cwd: folder, env, input: `${password}\n`, stdio: "pipe" });
  return { url: `http://localhost:${port}`, setup, add, log: () => said.err, stop };
}

export const openBrowser = (...args) => chromium.launch({
  executablePath: "/usr/bin/chromium",
  timeout: PATIENCE,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", ...args],
});

// Makes the screen as high as the page, where that is higher: what is fixed to its edges is at the page's, then.
export async function fit(page, width, height) {
  await page.setViewportSize({ width, height });
  const whole = await page.evaluate(() => document.documentElement.scrollHeight);
  if (whole > height) await page.setViewportSize({ width, height: Math.min(whole, 5000) });
}

// Somebody at a browser of their own, who looks at one page at a time.
export class Person {
  static async at(browser, app, { agent, withoutScript } = {}) {
    const context = await browser.newContext({
      baseURL: app.url,
      userAgent: agent,
      viewport: { width: 1280, height: 800 },
      locale: "en-GB",
      timezoneId: "Europe/Berlin",
      // No picture of, and no judgement on, a colour on its way to another.
      reducedMotion: "reduce",
    });
    context.setDefaultTimeout(PATIENCE);
    // Runs before the page's own scripts, and under no policy.
    await context.addInitScript(() => {
      window.violations = [];
      document.addEventListener("securitypolicyviolation", (event) => {
        window.violations.push(`${event.effectiveDirective} forbids ${event.blockedURI || "this"} ${event.sample}`.trim());
      });
    });
    // Not `javaScriptEnabled: false`: the tools want to ask the page something.
    if (withoutScript) await context.route(/\/static\/.*\.js/, (route) => route.fulfill({ contentType: "text/javascript", body: "" }));
    const person = new Person();
    return Object.assign(person, { context, app });
  }

  // Opens a new tab in place of the one before.
  async tab() {
    await this.page?.close();
    this.page = await this.context.newPage();
    Object.assign(this, { errors: [], answer: null });
    const { page } = this;
    page.on("response", (response) => {
      const isPage = response.request().isNavigationRequest() && response.frame() === page.mainFrame();
      if (!isPage || response.status() === 204 || (response.status() >= 300 && response.status() < 400)) return;
      this.answer = response;
      // At once: the browser forgets it when something else is asked for. Without it, no judge is content.
      this.html = response.text().catch(() => "");
    });
    page.on("pageerror", (error) => this.errors.push(String(error)));
    page.on("console", (message) => {
      // That a page was answered with 404 or 422 is no error of the page; and violations are kept above.
      const isPage = message.text().startsWith("Failed to load resource") && message.location().url === this.answer?.url();
      const isPolicy = message.text().includes("Content Security Policy");
      if (message.type() === "error" && !isPage && !isPolicy) this.errors.push(message.text());
    });
  }

  async open(path) {
    await this.page.goto(path, { waitUntil: "load" });
  }

  // Something on the page that the server drew: it is there by now, or not at all.
  async find(selector) {
    const found = this.page.locator(selector);
    if ((await found.count()) === 0) throw new Error(`there is no ${selector}`);
    return found.first();
  }

  // Types into the fields with these names.
  async fill(fields) {
    for (const [name, text] of Object.entries(fields)) {
      await (await this.find(`main [name="${name}"]:not([type=hidden], [hidden])`)).fill(text);
    }
  }

  // Does what leads to another page, and waits for it.
  async arrive(deed) {
    await Promise.all([this.page.waitForNavigation({ waitUntil: "load" }), deed()]);
  }

  // Presses a button. What the browser would complain about is sent all the same: the server has to say it.
  async press(name) {
    await this.page.evaluate(() => { for (const form of document.forms) form.noValidate = true; });
    const button = await this.find(`main button:has-text("${name}")`);
    await this.arrive(() => button.click());
  }

  async send(fields, button) {
    await this.fill(fields);
    await this.press(button);
  }

  // Sends a form without looking at it, nor at what is said about it on the next page.
  async post(path, form) {
    const headers = { origin: this.app.url, "sec-fetch-site": "same-origin" };
    const answer = await this.context.request.post(path, { form, headers, maxRedirects: 0, timeout: PATIENCE });
    if (answer.status() !== 303) throw new Error(`POST ${path} was answered with ${answer.status()}`);
    await this.context.clearCookies({ name: /flash/ });
  }

  // The link in the newest mail with this subject, whoever it is for.
  async link(subject) {
    const read = async (path) => (await this.context.request.get(path, { timeout: PATIENCE })).text();
    for (let tries = 0; tries < 200; tries += 1) {
      const mails = (await read("/dev/mail")).split('href="/dev/mail/').slice(1);
      const newest = mails.find((mail) => mail.includes(subject));
      const link = newest && (await read(`/dev/mail/${parseInt(newest)}`)).match(/<a href="(http[^"]+)"/);
      if (link) return link[1].replaceAll("&amp;", "&").replace(this.app.url, "");
      await new Promise((done) => setTimeout(done, 100));
    }
    throw new Error(`no mail “${subject}” comes`);
  }

  leave() {
    return this.context.close();
  }
}
