// The administrators' pages, for story.mjs.
import { submit } from "./steps.mjs";

const GROUP = "Administration";
const LOG = { first: 40_000, next: 16_000, why: "a page of the log is on it, and a list of all that can happen" };
const PERSON = { first: 31_500, next: 10_000, why: "all that may be done with somebody is on it, and what happened" };

// Somebody has the id 2. Bea's address is searched for.
export const pages = (bea) => [
  { group: GROUP, name: "admin", who: "ada", path: "/admin", sees: "How it is" },
  { group: GROUP, name: "admin-people", who: "ada", path: "/admin/people", sees: bea.email },
  { group: GROUP, name: "admin-people-none", who: "ada", path: "/admin/people?only=disabled", sees: "Nobody here" },
  { group: GROUP, name: "admin-person", limits: PERSON, who: "ada", path: "/admin/people/2", sees: "What you can do" },
  { group: GROUP, name: "admin-person-promoted", limits: PERSON, who: "ada", fresh: true, path: "/admin/people/2", sees: "an administrator now", steps: submit({}, "Make an administrator") },
  { group: GROUP, name: "admin-person-demoted", limits: PERSON, who: "ada", fresh: true, path: "/admin/people/2", sees: "no administrator any more", steps: submit({}, "Make an ordinary user") },
  { group: GROUP, name: "admin-person-self", limits: PERSON, who: "ada", path: "/admin/people/1", sees: "This is you" },
  { group: GROUP, name: "admin-delete", who: "ada", path: "/admin/people/2/delete", sees: "Delete this account?" },
  { group: GROUP, name: "admin-log", limits: LOG, who: "ada", path: "/admin/log", sees: "Logged in" },
  { group: GROUP, name: "admin-log-found", limits: LOG, who: "ada", path: `/admin/log?person=${encodeURIComponent(bea.email)}&since=2026-01-01`, sees: "Chrome on Linux from" },
  { group: GROUP, name: "admin-log-wrong", limits: LOG, who: "ada", path: "/admin/log?since=yesterday", status: 422 },
  { group: GROUP, name: "admin-outbox", who: "ada", path: "/admin/outbox", sees: "Outbox" },
];

export const IN_MODES = ["admin", "admin-people", "admin-person", "admin-log-found"];
