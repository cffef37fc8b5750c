// The pages of second factors, for story.mjs.
import { createHmac } from "node:crypto";
import { submit } from "./steps.mjs";

const HOME = "/account/second-factor";
const GROUP = "Second factor";

// What an app on a phone would show for the secret on the page (RFC 6238).
const codeOf = (secret) => {
  const bits = [...secret.replaceAll(" ", "")].map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const hash = createHmac("sha1", key).update(step).digest();
  const number = hash.readUInt32BE(hash[19] & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, "0");
};

const turnOn = async (ada) => {
  const secret = await ada.page.locator("#secret").textContent();
  await ada.send({ otp: codeOf(secret) }, "Turn it on");
};

// With an account whose address is confirmed. `logIn` is what she types; it is off again in the end.
export const pages = (logIn) => [
  { group: GROUP, name: "second-factor-off", who: "ada", path: HOME, sees: "off" },
  { group: GROUP, name: "second-factor-new", who: "ada", fresh: true, path: `${HOME}/new`, sees: "You need such an app" },
  { group: GROUP, name: "second-factor-app", who: "ada", path: `${HOME}/new`, sees: "let it read this picture", steps: submit({}, "Begin") },
  { group: GROUP, name: "second-factor-app-wrong", who: "ada", path: `${HOME}/app`, steps: submit({ otp: "000000" }, "Turn it on"), status: 422 },
  { group: GROUP, name: "second-factor-codes", who: "ada", path: `${HOME}/app`, sees: "Each of them lets you in once", steps: turnOn },
  { group: GROUP, name: "second-factor-on", who: "ada", path: HOME, sees: "10 left" },
  { group: "Log in", name: "login-code", who: "stranger", path: "/login", sees: "One more step", steps: submit(logIn, "Log in") },
  { group: "Log in", name: "login-code-wrong", who: "stranger", path: "/login", status: 422,
    steps: async (stranger) => {
      await stranger.send(logIn, "Log in");
      await stranger.send({ otp: "000000" }, "Log in");
    } },
  { group: GROUP, name: "second-factor-removed", who: "ada", fresh: true, path: HOME, sees: "is removed", steps: submit({}, "Remove it") },
];

export const IN_MODES = ["second-factor-app", "second-factor-codes"];
