// The pages of invitations, for story.mjs.
import { submit } from "./steps.mjs";

// Before Ada has confirmed her address.
export const UNCONFIRMED = [
  { group: "Invitations", name: "invitations-unconfirmed", who: "ada", path: "/account/invitations" },
];

// Bea is no administrator.
export const FOR_BEA = [
  { group: "Errors", name: "403", who: "bea", path: "/account/invitations", status: 403 },
];

export const PAGES = [
  { group: "Invitations", name: "invitations-empty", who: "ada", path: "/account/invitations" },
  { group: "Invitations", name: "invitations-wrong", who: "ada", fresh: true, path: "/account/invitations", steps: submit({ email: "cleo" }, "Send the invitation"), status: 422 },
  { group: "Invitations", name: "invitations-sent", who: "ada", fresh: true, path: "/account/invitations", steps: submit({ email: "cleo@example.com" }, "Send the invitation"), sees: "on its way" },
  { group: "Join", name: "join-invited", who: "stranger", path: (story) => story.link("You are invited"), sees: "You are invited" },
  { group: "Invitations", name: "invitations-too-often", who: "ada", fresh: true, path: "/account/invitations", status: 422, sees: "invited often enough",
    limits: { first: 31_500, next: 10_000, why: "a form and a list are on it" },
    before: async ({ ada }) => {
      await ada.post("/account/invitations", { email: `dora.${"d".repeat(50)}@mail.example.com` });
      for (let again = 0; again < 2; again += 1) await ada.post("/account/invitations", { email: "cleo@example.com" });
    },
    steps: submit({ email: "cleo@example.com" }, "Send the invitation") },
];
