// The pages of log-ins through another site, for switches.mjs. That site is a program of somebody else's, which
// scripts/clients installs.
import { spawn } from "node:child_process";
import { connect } from "node:net";
import { join } from "node:path";
import { freePort, ROOT } from "../app.mjs";

const HOME = "/account/identities";
const GROUP = "Linked sites";
const port = await freePort();
export const SETTINGS = { OIDC_PROVIDERS: `http://us:secret@127.0.0.1:${port}#Example` };

export const start = async () => {
  const claims = JSON.stringify({ sub: "ada-7", email: "ada@example.com", email_verified: true });
  const site = spawn(join(ROOT, "target/clients/bin/oidc-provider-mock"), ["--port", String(port), "--user-claims", claims], { stdio: "ignore" });
  process.on("exit", () => site.kill("SIGKILL"));
  const isThere = () => new Promise((done) => {
    const socket = connect(port, "127.0.0.1", () => { socket.destroy(); done(true); }).on("error", () => done(false));
  });
  while (!(await isThere())) await new Promise((done) => setTimeout(done, 100));
};

// The page that leads there, and which nobody sees for long: here, that site leaves them where they are.
const stay = async (person) => {
  await person.page.route(`http://127.0.0.1:${port}/**`, (route) => route.fulfill({ status: 204 }));
  await person.press("Continue with Example");
};

export const PAGES = [
  { group: GROUP, name: "linked-sites-none", who: "ada", path: HOME, sees: "Example" },
  { group: GROUP, name: "leave", who: "stranger", path: "/login", sees: "You say there who you are", steps: stay,
    except: { weight: "a request that is held up keeps the browser from what it has" } },
  { group: GROUP, name: "linked-sites-linked", who: "ada", fresh: true, path: HOME, sees: "you can log in with Example",
    except: { console: "that site's own page asks for styles that are out of reach" },
    steps: async (ada) => {
      await ada.press("Link");
      await ada.page.getByRole("button", { name: "ada-7" }).click();
      await ada.page.waitForURL(`**${HOME}`);
    } },
  { group: GROUP, name: "linked-sites", who: "ada", path: HOME, sees: "ada@example.com" },
  { group: GROUP, name: "linked-sites-over", who: "ada", path: HOME, sees: "opens nothing",
    before: ({ ada }) => ada.post("/account/password", { current: "correct horse battery", password: "violet kettle marching north" }) },
];
