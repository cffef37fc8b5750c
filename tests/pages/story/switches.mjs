// The pages that are there when something is switched on which is off by default, for story.mjs: a walk of their own.
import * as passkeys from "./passkeys.mjs";
import * as providers from "./providers.mjs";
import { submit } from "./steps.mjs";

const parts = [
  passkeys.PAGES,
  providers.PAGES,
];

// What a page may weigh that offers all of them.
const limits = passkeys.LIMITS;

export const SETTINGS = {
  ...providers.SETTINGS,
  LOGIN_LINK: "on",
};

export const start = async () => {
  await providers.start();
};

export const pages = (ada) => [
  { group: "Start", name: "on-dashboard", who: "ada", path: ({ setup }) => setup, sees: "You are the administrator", steps: submit(ada, "Make the account") },
  { group: "Profile", name: "on-profile", who: "ada", path: (story) => story.link("Confirm your e-mail address"), sees: "is confirmed", steps: submit({}, "Confirm the address") },
  { group: "Log in", name: "on-login", who: "stranger", path: "/login", limits },
  { group: "Log in", name: "on-login-wrong", who: "stranger", path: "/login", steps: submit({ email: ada.email, password: "not my password" }, "Log in"), status: 422, limits },
  { group: "Register", name: "on-register", who: "stranger", path: "/register" },
  { group: "Confirm the password", name: "on-sudo", who: "ada", path: "/sudo", limits },
  { group: "Security", name: "on-security", who: "ada", path: "/account/security" },
  { group: "Password", name: "on-password", who: "ada", path: "/account/password" },
  { group: "Log-in link", name: "login-link", who: "stranger", path: "/login/link" },
  { group: "Log-in link", name: "login-link-wrong", who: "stranger", path: "/login/link", steps: submit({ email: "ada" }, "Send the link"), status: 422 },
  { group: "Log-in link", name: "login-link-sent", who: "firefox", path: "/login/link", sees: "Check your mail", steps: submit({ email: ada.email }, "Send the link") },
  { group: "Log-in link", name: "login-link-elsewhere", who: "stranger", path: (story) => story.link("Log in"), status: 410 },
  { group: "Log-in link", name: "login-link-open", who: "firefox", path: (story) => story.link("Log in"), sees: ada.email },
  ...parts.flat(),
];
