// What the pages of the story have in common.
export const submit = (fields, button) => (person) => person.send(fields, button);
export const click = (selector) => async (person) => (await person.find(selector)).click();
export const TWENTY = { first: 34_000, next: 11_500, why: "a list as long as a page of it becomes" };
export const withoutScript = { weight: "only who runs no script sees it, and the script is in the weight" };
