// The pages of passkeys, for switches.mjs.
const HOME = "/account/passkeys";
const GROUP = "Passkeys";

// Of every page that asks for one.
export const LIMITS = { first: 32_500, next: 10_000, why: "a passkey needs a script, which is the heavier part" };

// A device of the browser's own, which its owner unlocks each time. It is gone with the tab.
const withDevice = async (person) => {
  const cdp = await person.context.newCDPSession(person.page);
  await cdp.send("WebAuthn.enable");
  const options = { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true };
  await cdp.send("WebAuthn.addVirtualAuthenticator", { options });
};

export const PAGES = [
  { group: GROUP, name: "passkeys-none", who: "ada", fresh: true, path: HOME, sees: "No passkeys yet", limits: LIMITS },
  { group: GROUP, name: "passkeys-codes", who: "ada", fresh: true, path: HOME, sees: "Each of them lets you in once",
    steps: async (ada) => {
      await withDevice(ada);
      await ada.send({ name: "My laptop" }, "Make it");
    } },
  { group: GROUP, name: "passkeys", who: "ada", path: HOME, sees: "My laptop", limits: LIMITS },
  { group: GROUP, name: "passkey", who: "ada", path: `${HOME}/1`, sees: "Remove it" },
  { group: "Second factor", name: "second-factor-passkey", who: "ada", path: "/account/second-factor", sees: "10 left" },
];
