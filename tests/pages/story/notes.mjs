// The pages of the notes, for story.mjs.
import { click, submit, TWENTY } from "./steps.mjs";

const LONG = "A title that takes all of the hundred characters there are, so that it needs two lines, or even three!";
const TEXT = `Two litres, and what else is there to say.

${"The second paragraph is a long one, for who wants to know how wide a line of text becomes. ".repeat(8)}

- a list that somebody types
- 👩‍🚀 with a picture, and an address that nothing breaks: https://example.com/${"a-very-long-address/".repeat(9)}`;
const NOTES = [
  { title: LONG.slice(0, 100), body: TEXT },
  { title: "قائمة التسوق لهذا الأسبوع", body: "حليب وخبز وتفاح\nثم نذهب إلى السوق معًا." },
  { title: "רשימת קניות לשבת", body: "חלב, לחם ותפוחים" },
  { title: "🦊 🎉 Größe, naïve, Москва", body: "Emoji 🏳️‍🌈, umlauts, Ελληνικά" },
  { title: "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft", body: "" },
  ...Array.from({ length: 35 }, (_, n) => ({ title: `Note number ${n + 7}`, body: `What was thought on day ${n + 7}.` })),
  // The README shows these.
  { title: "Call the plumber", body: "The tap in the kitchen drips again. He was there in March, and did not charge for it." },
  { title: "Packing list", body: "Passport, charger, the blue jacket, something to read on the train." },
  { title: "A name for the boat", body: "Not after anybody we know." },
  { title: "Bread, second try", body: "500 g of flour, 350 g of water, and this time leave it alone overnight." },
  { title: "Questions for Thursday", body: "Who keeps the keys? When is the garden ours?" },
  { title: "Books to read", body: "The one about bees, and whatever Bea keeps talking about." },
  { title: "What the garden needs", body: "Two bags of compost, string, and somebody who gets up early." },
];

export const PAGES = [
  { group: "Notes", name: "notes-empty", who: "ada", path: "/notes", sees: "Add the first one" },
  { group: "Note", name: "note-new", who: "ada", path: "/notes/new" },
  { group: "Note", name: "note-new-wrong", who: "ada", path: "/notes/new", except: { weight: "all that was typed is on it" }, steps: submit({ title: " ", body: "x".repeat(5001) }, "Save"), status: 422 },
  { group: "Note", name: "note-too-long", who: "ada", path: "/notes/new", sees: "too many",
    steps: async (ada) => {
      await ada.fill({ title: "A title without an end ".repeat(5) });
      await ada.page.getByText("too many").first().waitFor();
    } },
  { group: "Notes", name: "notes-one", who: "ada", path: "/notes/new", steps: submit({ title: "Milk", body: TEXT }, "Save"), sees: "Your note is saved" },
  { group: "Note", name: "note", who: "ada", path: "/notes/1", sees: "Two litres" },
  { group: "Note", name: "note-edit", who: "ada", path: "/notes/1/edit" },
  { group: "Note", name: "note-edit-wrong", who: "ada", path: "/notes/1/edit", steps: submit({ title: "" }, "Save"), status: 422 },
  { group: "Note", name: "note-delete", who: "ada", path: "/notes/1/delete", sees: "Delete this note?" },
  { group: "Note", name: "note-delete-over-page", who: "ada", path: "/notes/1", except: { weight: "it is two pages, for who clicks" },
    steps: async (ada) => {
      await (await ada.find("main [data-ask]")).click();
      await ada.page.locator("dialog").waitFor();
    } },
  { group: "Notes", name: "notes-many", who: "ada", path: "/notes", sees: "Next", limits: TWENTY,
    before: async ({ ada }) => { for (const note of NOTES) await ada.post("/notes", note); } },
  { group: "Notes", name: "notes-page-2", who: "ada", path: "/notes?page=2", sees: "Previous", limits: TWENTY },
  { group: "Notes", name: "notes-last-page", who: "ada", path: "/notes?page=3", sees: "Milk" },
  { group: "Notes", name: "notes-sorted", who: "ada", path: "/notes?sort=title", limits: TWENTY },
  { group: "Notes", name: "notes-found", who: "ada", path: "/notes?q=number+1", sees: "Note number 12" },
  { group: "Notes", name: "notes-nothing-found", who: "ada", path: "/notes?q=oat+milk", sees: "Nothing found" },
  { group: "Notes", name: "notes-row-menu", who: "ada", path: "/notes?page=3", steps: click(".list summary"), sees: "Edit" },
  { group: "Note", name: "note-long-title", who: "ada", path: "/notes/2", sees: "hundred characters" },
  { group: "Note", name: "note-arabic", who: "ada", path: "/notes/3", sees: "حليب" },
  { group: "Note", name: "note-hebrew-edit", who: "ada", path: "/notes/4/edit" },
  { group: "Note", name: "note-without-text", who: "ada", path: "/notes/6" },
  { group: "Errors", name: "400", who: "ada", path: "/notes?page=-1", status: 400 },
];

// What is looked at in other ways than on a screen with colours.
export const IN_MODES = ["notes-many", "note", "note-delete-over-page"];

// The README's picture: the page, its theme, the file, and the template that it shows.
export const PICTURES = [["notes-many", "light", "notes", "notes/index.html"]];

// What Lighthouse looks at, and what has to be there before.
export const LIGHTHOUSE = [["Notes", "/notes", "ada"], ["A note", "/notes/1", "ada"]];
export const PREPARE = [async (ada) => {
  for (let n = 1; n <= 30; n += 1) await ada.post("/notes", { title: `Note number ${n}`, body: "Two litres, and what else is there to say." });
}];
