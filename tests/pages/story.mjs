// Every page, in every state that it has, in the order in which they come about. This list is what all tools look at.
//
// - who: "stranger" (a browser without a cookie), or somebody who stays logged in from page to page;
// - path: where they go; steps: what they do there, until the page is on the screen that is meant;
// - status and sees: how to know that it is this page; without a status, 200;
// - fresh: the page asks for a password that was typed within ten minutes;
// - except: the judges, and the rules of judges, that do not count here, and why;
// - limits: how much it may weigh that weighs more than others, and why;
// - before: what happens elsewhere first; stays: the page before is still on the screen.
import { Person } from "./app.mjs";
import * as features from "./story/features.mjs";
import { click, submit, withoutScript } from "./story/steps.mjs";
import * as switches from "./story/switches.mjs";

export const ADA = { name: "Ada Lovelace", email: "ada@example.com", password: "correct horse battery" };
export const BEA = {
  name: "Beatrix Wolfeschlegelsteinhausen-Bergerdorff",
  email: "beatrix.wolfeschlegelsteinhausen-bergerdorff@mail.example.com",
  password: "violet kettle marching north",
};

const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
const IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1";

const A_MAIL = "a mail is read within the page of a mail program, and many of these read no other styles";

export const PAGES = [
  // Nobody has an account.
  { group: "Start", name: "start-first", who: "stranger", path: "/", sees: "Make the first account" },
  { group: "Set up", name: "setup", who: "stranger", path: ({ setup }) => setup, sees: "Make the first account" },
  { group: "Set up", name: "setup-wrong", who: "stranger", path: ({ setup }) => setup, status: 422,
    steps: submit({ name: "", email: "ada", password: "password" }, "Make the account") },
  { group: "Links", name: "410-setup-unknown", who: "stranger", path: `/setup?token=${"A".repeat(43)}`, status: 410 },
  ...features.registration.TOO_EARLY,
  { group: "Mailbox", name: "mailbox-empty", who: "stranger", path: "/dev/mail", sees: "No mail yet" },

  // Ada makes the first one.
  { group: "Dashboard", name: "dashboard-new", who: "ada", path: ({ setup }) => setup, sees: "You are the administrator",
    steps: submit(ADA, "Make the account") },
  { group: "Links", name: "410-setup-done", who: "stranger", path: ({ setup }) => setup, status: 410 },
  { group: "Dashboard", name: "menu", who: "ada", path: "/dashboard", steps: click("[popovertarget=person]"), sees: "Log out" },
  { group: "Dashboard", name: "short-cuts", who: "ada", path: "/dashboard", steps: (ada) => ada.page.keyboard.press("?"), sees: "Short cuts" },
  { group: "Start", name: "start-logged-in", who: "ada", path: "/", sees: "You are logged in" },
  { group: "Errors", name: "404-logged-in", who: "ada", path: "/none", status: 404 },

  ...features.notes.PAGES,
  { group: "Dashboard", name: "dashboard", who: "ada", path: "/dashboard", sees: `, ${ADA.name}` },
  { group: "Errors", name: "405", who: "ada", path: "/logout", status: 405 },
  { group: "Errors", name: "413", who: "ada", path: "/account", status: 413, except: { weight: "all that was typed is on it" },
    steps: submit({ name: "Too many words for a name. ".repeat(11_000) }, "Save") },

  // Ada's account, its address not confirmed.
  { group: "Profile", name: "profile-unconfirmed", who: "ada", path: "/account", sees: "not confirmed yet" },
  { group: "Profile", name: "profile-wrong", who: "ada", path: "/account", steps: submit({ name: "" }, "Save"), status: 422 },
  { group: "Profile", name: "profile-mailed", who: "ada", path: "/account", steps: submit({}, "Send me the link"), sees: "on its way" },
  ...features.invitations.UNCONFIRMED,
  { group: "Security", name: "security", who: "ada", path: "/account/security" },
  { group: "Appearance", name: "appearance", who: "ada", path: "/account/appearance" },
  { group: "Appearance", name: "appearance-dark", who: "ada", path: "/account/appearance", sees: "The theme is saved",
    steps: async (ada) => {
      await (await ada.find("main [name=theme][value=dark]")).check();
      await ada.press("Save");
    } },
  ...features.tokens.PAGES,
  { group: "Password", name: "password", who: "ada", path: "/account/password",
    before: ({ ada }) => ada.post("/account/appearance", { theme: "system" }) },
  { group: "Password", name: "password-judged", who: "ada", path: "/account/password", sees: "common passwords",
    steps: async (ada) => {
      await ada.fill({ current: "not my password", password: "passwordpassword" });
      await ada.page.getByText("common passwords").first().waitFor();
    } },
  { group: "Password", name: "password-wrong", who: "ada", path: "/account/password", status: 422,
    steps: submit({ current: "not my password", password: "passwordpassword" }, "Change the password") },
  { group: "Change the address", name: "email", who: "ada", fresh: true, path: "/account/email" },
  { group: "Change the address", name: "email-wrong", who: "ada", fresh: true, path: "/account/email", steps: submit({ email: ADA.email }, "Send the link"), status: 422 },
  { group: "Your data", name: "data", who: "ada", path: "/account/data" },
  { group: "Your data", name: "data-copy", who: "ada", fresh: true, path: "/account/data/copy" },
  { group: "Delete the account", name: "delete-last-administrator", who: "ada", fresh: true, path: "/account/delete" },
  { group: "Confirm the password", name: "sudo", who: "ada", path: "/sudo" },
  { group: "Confirm the password", name: "sudo-wrong", who: "ada", path: "/sudo", steps: submit({ password: "not my password" }, "Confirm"), status: 422 },
  { group: "Sessions", name: "sessions-one", who: "ada", path: "/account/sessions" },

  // Strangers.
  { group: "Start", name: "start", who: "stranger", path: "/", sees: "Log in" },
  { group: "Log in", name: "login", who: "stranger", path: "/login" },
  { group: "Log in", name: "login-first", who: "stranger", path: "/dashboard", sees: "Please log in" },
  { group: "Log in", name: "login-empty", who: "stranger", path: "/login", steps: submit({ email: "", password: "" }, "Log in"), status: 422 },
  { group: "Log in", name: "login-wrong", who: "stranger", path: "/login", steps: submit({ email: ADA.email, password: "not my password" }, "Log in"), status: 422 },
  ...features.registration.PAGES,
  { group: "Forgotten password", name: "forgot", who: "stranger", path: "/forgot" },
  { group: "Forgotten password", name: "forgot-wrong", who: "stranger", path: "/forgot", steps: submit({ email: "ada" }, "Send the link"), status: 422 },
  { group: "Errors", name: "404", who: "stranger", path: "/none", status: 404 },
  { group: "Mailbox", name: "mailbox", who: "stranger", path: "/dev/mail", sees: "Confirm your e-mail address" },
  { group: "Mailbox", name: "mail", who: "stranger", path: "/dev/mail/1" },
  { group: "Mailbox", name: "mail-html", who: "stranger", path: "/dev/mail/1/html", 
    except: { weight: A_MAIL, "no-inline-style": A_MAIL, "landmark-one-main": A_MAIL, region: A_MAIL } },
  { group: "Development", name: "dev", who: "stranger", path: "/dev", sees: "To copy" },
  { group: "Development", name: "dev-me-stranger", who: "stranger", path: "/dev/me", sees: "Nobody is logged in" },
  { group: "Development", name: "dev-me", who: "ada", path: "/dev/me", sees: "Your token says" },
  { group: "Development", name: "dev-routes", who: "stranger", path: "/dev/routes", sees: "CurrentUser", except: { weight: "all routes are on it" } },
  { group: "Development", name: "dev-settings", who: "stranger", path: "/dev/settings", sees: "SESSION_IDLE", except: { weight: "all settings are on it" } },
  ...features.api.PAGES,

  ...features.registration.JOIN,

  // Bea is added at the command line.
  { group: "Dashboard", name: "dashboard-bea", who: "bea", path: "/login", sees: `, ${BEA.name}`, before: ({ app }) => app.add(BEA),
    steps: submit({ email: BEA.email, password: BEA.password }, "Log in") },
  ...features.invitations.FOR_BEA,
  { group: "Profile", name: "profile", who: "bea", path: "/account", sees: "not confirmed yet" },
  ...features.activity.OF_BEA,
  { group: "Forgotten password", name: "forgot-sent", who: "stranger", path: "/forgot", steps: submit({ email: BEA.email }, "Send the link"), sees: "Check your mail" },
  { group: "Forgotten password", name: "reset", who: "stranger", path: (story) => story.link("Choose a new password") },
  { group: "Forgotten password", name: "reset-wrong", who: "stranger", path: (story) => story.link("Choose a new password"), steps: submit({ password: BEA.email }, "Save the password"), status: 422 },
  { group: "Forgotten password", name: "reset-done", who: "stranger", path: (story) => story.link("Choose a new password"), sees: "Your password is changed",
    steps: submit({ password: "another kettle marching south" }, "Save the password") },

  // Ada at other browsers, where something happens.
  { group: "Log in", name: "logged-out", who: "firefox", path: "/login", sees: "You are logged out",
    steps: async (firefox) => {
      await firefox.send({ email: ADA.email, password: ADA.password }, "Log in");
      await (await firefox.find("[popovertarget=person]")).click();
      await firefox.arrive(async () => (await firefox.find("[action='/logout'] button")).click());
    } },
  { group: "Log in", name: "login-kept", who: "iphone", path: "/login", status: 401, sees: "Nothing was saved yet", except: withoutScript,
    steps: async (iphone) => {
      await iphone.send({ email: ADA.email, password: ADA.password }, "Log in");
      await iphone.open("/account");
      await iphone.fill({ name: "Ada, once more" });
      await iphone.context.clearCookies();
      await iphone.press("Save");
    } },
  { group: "Log in", name: "kept", who: "iphone", sees: "You are back", except: withoutScript,
    steps: submit({ email: ADA.email, password: ADA.password }, "Log in"), stays: true },
  { group: "Profile", name: "profile-back", who: "iphone", status: 422, except: withoutScript, steps: submit({}, "Back to the form"), stays: true },
  { group: "Sessions", name: "sessions", who: "ada", path: "/account/sessions", sees: "Log out all others",
    before: ({ firefox }) => firefox.post("/login", { email: ADA.email, password: ADA.password, remember: "yes" }) },
  ...features.activity.PAGES,

  // Ada confirms her address.
  { group: "Links", name: "login-to-confirm", who: "stranger", path: (story) => story.link("Confirm your e-mail address"), sees: "Log in" },
  { group: "Links", name: "410-other-account", who: "bea", path: (story) => story.link("Confirm your e-mail address"), status: 410,
    before: ({ bea }) => bea.post("/login", { email: BEA.email, password: "another kettle marching south" }) },
  { group: "Links", name: "confirm", who: "ada", path: (story) => story.link("Confirm your e-mail address"), sees: ADA.email },
  { group: "Profile", name: "profile-confirmed", who: "ada", steps: submit({}, "Confirm the address"), sees: "is confirmed", stays: true },
  { group: "Dashboard", name: "dashboard-confirmed", who: "ada", path: "/dashboard", sees: `, ${ADA.name}` },
  ...features.second_factor.pages({ email: ADA.email, password: ADA.password }),
  ...features.invitations.PAGES,
  { group: "Change the address", name: "email-mailed", who: "ada", fresh: true, path: "/account/email", sees: "We sent a link", steps: submit({ email: "ada@example.org" }, "Send the link") },
  { group: "Change the address", name: "email-confirm", who: "ada", path: (story) => story.link("Confirm your new e-mail address"), sees: "ada@example.org" },
  ...features.admin.pages(BEA),

  // Bea leaves.
  { group: "Delete the account", name: "delete", who: "bea", fresh: true, path: "/account/delete" },
  { group: "Delete the account", name: "delete-wrong", who: "bea", fresh: true, path: "/account/delete", steps: submit({ email: ADA.email }, "Delete my account"), status: 422 },
  { group: "Delete the account", name: "deleted", who: "bea", fresh: true, path: "/account/delete", steps: submit({ email: BEA.email }, "Delete my account"), sees: "Farewell" },
];

// What the features have of something: further pages to be looked at in some way.
export const ofFeatures = (what) => Object.values(features).flatMap((feature) => feature[what] ?? []);

// The story of what is off by default: its pages, the settings, and what has to run beside the program.
export const SWITCHED_ON = { pages: switches.pages(ADA), settings: switches.SETTINGS, start: switches.start };

const PASSWORDS = { ada: ADA.password, bea: "another kettle marching south" };
const BROWSERS = { firefox: { agent: FIREFOX }, iphone: { agent: IPHONE, withoutScript: true } };

// Walks through the list, and calls `visit(entry, person)` when a page is on the screen, and `miss(entry, why)` when
// another one is. With `only`, the walk is the same, and one page is looked at.
export async function walk(browser, app, { pages = PAGES, only, visit, miss }) {
  if (only && !pages.some(({ name }) => name === only)) throw new Error(`there is no page ${only}: see tests/pages/story.mjs`);
  const story = { app, setup: app.setup.replace(app.url, ""), link: (subject) => story.ada.link(subject) };
  for (const who of ["stranger", "ada", "bea", "carol", "firefox", "iphone"]) {
    story[who] = await Person.at(browser, app, BROWSERS[who]);
    // What every page loads is there from now on, as it is for who comes from another page.
    await story[who].tab();
    await story[who].open("/login");
  }
  for (const entry of pages) {
    const person = story[entry.who];
    if (entry.who === "stranger") await person.context.clearCookies();
    const why = await arrive(entry, person, story).then(() => null, (error) => String(error.message ?? error));
    if (why) miss(entry, why.split("\n")[0]);
    else if (!only || entry.name === only) {
      await visit(entry, person).catch((error) => { throw new Error(`while ${entry.name} is looked at`, { cause: error }); });
    }
  }
}

// Brings a page onto the screen. The error says what is there instead.
async function arrive({ who, before, fresh, stays, path, steps, status = 200, sees }, person, story) {
  await before?.(story);
  if (fresh) await person.post("/sudo", { password: PASSWORDS[who] });
  if (!stays) await person.tab();
  if (path) await person.open(typeof path === "function" ? await path(story) : path);
  await steps?.(person, story);
  const here = person.answer.status();
  if (here !== status) throw new Error(`the answer is ${here}, not ${status}`);
  if (sees && !(await person.page.locator("body").innerText()).includes(sees)) throw new Error(`“${sees}” is not on it`);
}
