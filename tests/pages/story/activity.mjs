// The page on which people look through what happened, for story.mjs.
import { TWENTY } from "./steps.mjs";

export const OF_BEA = [
  { group: "Activity", name: "activity-no-warnings", who: "bea", path: "/account/activity?only=warnings" },
];

export const PAGES = [
  { group: "Activity", name: "activity", who: "ada", path: "/account/activity", limits: TWENTY },
  { group: "Activity", name: "activity-warnings", who: "ada", path: "/account/activity?only=warnings" },
];

export const LIGHTHOUSE = [["Activity", "/account/activity", "ada"]];
