// The features that have pages of their own in the story, each in its file.
export * as activity from "./activity.mjs";
export * as admin from "./admin.mjs";
export * as api from "./api.mjs";
export * as invitations from "./invitations.mjs";
export * as notes from "./notes.mjs";
export * as registration from "./registration.mjs";
export * as second_factor from "./second_factor.mjs";
export * as tokens from "./tokens.mjs";
