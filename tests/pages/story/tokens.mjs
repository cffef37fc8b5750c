// The pages of personal API tokens, for story.mjs.
import { submit } from "./steps.mjs";

export const PAGES = [
  { group: "API tokens", name: "tokens-empty", who: "ada", path: "/account/tokens", sees: "No tokens yet",
    before: ({ ada }) => ada.post("/account/appearance", { theme: "system" }) },
  { group: "API tokens", name: "token-new", who: "ada", fresh: true, path: "/account/tokens/new" },
  { group: "API tokens", name: "token-new-wrong", who: "ada", fresh: true, path: "/account/tokens/new", steps: submit({ name: "" }, "Create token"), status: 422 },
  { group: "API tokens", name: "token-made", who: "ada", fresh: true, path: "/account/tokens/new", sees: "will not be shown again",
    steps: async (ada) => {
      await (await ada.find("main [name='profile:read']")).check();
      await ada.send({ name: "Backup script" }, "Create token");
    } },
  { group: "API tokens", name: "tokens", who: "ada", path: "/account/tokens", sees: "Backup script" },
];

export const IN_MODES = ["tokens"];
